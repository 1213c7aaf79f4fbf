package io.iambridge.server.metrics;

/** What becomes of an Event that we want to write, as label values. */
public enum EventOutcome {
  /** Written. */
  CREATED,
  /** It was there already: counted up. */
  REPEATED,
  /** Said a short time ago; not written. */
  SUPPRESSED,
  /** The queue was full. */
  DROPPED,
  /** The API server refused it or was away. */
  FAILED
}
