package io.iambridge.agent.metadata;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps what is asked, and answers what a test says, when it says so. */
final class FakeUpstream implements Upstream {
  /** Each request as a line: "PUT" or "GET path token". */
  final List<String> asked = new ArrayList<>();

  private final Deque<CompletableFuture<Reply>> open = new ArrayDeque<>();
  private final Deque<CompletableFuture<Reply>> prepared = new ArrayDeque<>();

  @Override
  public CompletableFuture<Reply> createToken(int ttlSeconds) {
    return ask("PUT");
  }

  @Override
  public CompletableFuture<Reply> get(MetadataPath path, @Nullable String token) {
    return ask("GET " + path + " " + token);
  }

  private synchronized CompletableFuture<Reply> ask(String line) {
    asked.add(line);
    CompletableFuture<Reply> next = prepared.poll();
    if (next == null) {
      next = new CompletableFuture<>();
      open.add(next);
    }
    return next;
  }

  /** The next request that nothing is prepared for yet is answered at once. */
  FakeUpstream then(int status, String body) {
    prepared.add(CompletableFuture.completedFuture(reply(status, body)));
    return this;
  }

  /** The next request fails. */
  FakeUpstream thenFail(Exception failure) {
    prepared.add(CompletableFuture.failedFuture(failure));
    return this;
  }

  /** Answers the oldest request that waits. */
  void answer(int status, String body) {
    open.remove().complete(reply(status, body));
  }

  static Reply reply(int status, String body) {
    return new Reply(status, "text/plain", body);
  }
}
