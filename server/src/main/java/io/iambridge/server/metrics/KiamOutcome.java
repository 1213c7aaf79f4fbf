package io.iambridge.server.metrics;

/** What became of a call of one of kiam's agents. */
public enum KiamOutcome {
  /** It got what it asked for. */
  ANSWERED,
  /** No pod is known at the address. */
  NO_POD,
  /** Several pods claim the address. */
  AMBIGUOUS,
  /** The pod may not have the role. */
  FORBIDDEN,
  /** There were no credentials to be had. */
  FAILED,
  /** The server has not seen the whole cluster yet. */
  NOT_READY
}
