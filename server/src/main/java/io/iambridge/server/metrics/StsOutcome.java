package io.iambridge.server.metrics;

/** How a call of STS, or of EKS Auth, ends, as label values. */
public enum StsOutcome {
  /** Credentials. */
  OK,
  /** STS said no. */
  DENIED,
  /** STS took the request for malformed. */
  REJECTED,
  /** STS asked us to slow down, after our retries. */
  THROTTLED,
  /** No answer, or a failure at AWS. */
  UNAVAILABLE,
  /** No place became free in time, so STS was not asked. */
  NO_PLACE
}
