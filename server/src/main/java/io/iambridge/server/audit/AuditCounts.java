package io.iambridge.server.audit;

/** Counts for metrics. Every method is quick and never throws. */
public interface AuditCounts {
  /** A line was written. */
  default void audited(Happening happening) {}

  /** A line could not be written. */
  default void auditLost() {}

  /** Somebody tried what nobody should, whether or not it was written again. */
  default void securityEvent(SecurityEvent.Kind kind) {}
}
