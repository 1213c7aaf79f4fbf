package io.iambridge.server.audit;

/**
 * Hears what auditors want to know. Every method is quick, never throws, and may be called by any
 * thread.
 */
public interface Audit {
  /** Hears nothing; for tests and tools. */
  Audit NONE = new Audit() {};

  /** Somebody tried what nobody should. */
  default void securityEvent(SecurityEvent event) {}
}
