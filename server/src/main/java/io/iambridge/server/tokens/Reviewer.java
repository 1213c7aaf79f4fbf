package io.iambridge.server.tokens;

/** Asks Kubernetes about tokens. */
@FunctionalInterface
public interface Reviewer {
  /**
   * Asks about a token; blocks, for a bounded time.
   *
   * @throws ReviewException when there is no answer
   */
  Review review(String token) throws ReviewException;
}
