package io.iambridge.server.metrics;

/** What came of having a token reviewed by Kubernetes. */
public enum ReviewOutcome {
  /** It proves a pod. */
  AUTHENTIC,
  /** It does not. */
  REJECTED,
  /** No answer. */
  FAILED
}
