package io.iambridge.server.metrics;

/** The kinds of objects that are watched, as label values. */
public enum Watched {
  /** Pods. */
  PODS,
  /** Namespaces. */
  NAMESPACES,
  /** Service accounts. */
  SERVICE_ACCOUNTS
}
