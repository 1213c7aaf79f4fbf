package io.iambridge.agent.metadata;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** HTTP with the true metadata service; a future that fails says in one line why. */
interface Upstream {

  /**
   * An answer, as far as it matters.
   *
   * @param contentType empty if there is none
   * @param body one character for each byte
   */
  record Reply(int status, String contentType, String body) {
    /** Not the body: it may be a token. */
    @Override
    public String toString() {
      return "Reply[" + status + "]";
    }
  }

  /** Where no route is allowed, so that no client is needed. */
  Upstream NONE =
      new Upstream() {
        @Override
        public CompletableFuture<Reply> createToken(int ttlSeconds) {
          return CompletableFuture.failedFuture(new MetadataTrouble("no route is allowed"));
        }

        @Override
        public CompletableFuture<Reply> get(MetadataPath path, @Nullable String token) {
          return createToken(0);
        }
      };

  /** Asks for a session token of this life. */
  CompletableFuture<Reply> createToken(int ttlSeconds);

  /** Asks for a document; without token by IMDSv1. */
  CompletableFuture<Reply> get(MetadataPath path, @Nullable String token);
}
