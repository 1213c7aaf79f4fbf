package io.iambridge.server.tokens;

/** Asks Kubernetes about tokens. */
@FunctionalInterface
public interface Reviewer {
  /** The audience of tokens for EKS Pod Identity; others are for somebody else. */
  String AUDIENCE = "pods.eks.amazonaws.com";

  /**
   * Asks about a token; blocks, for a bounded time.
   *
   * @throws ReviewException when there is no answer
   */
  Review review(String token) throws ReviewException;
}
