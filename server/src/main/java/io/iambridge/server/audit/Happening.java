package io.iambridge.server.audit;

import java.util.Locale;

/** What a line of the audit log is about. */
public enum Happening {
  /** A node was told that a pod may have a session. */
  ANNOUNCED,
  /** A node was given credentials for a pod. */
  ISSUED,
  /** A pod's own mechanism failed, and its fallback was taken. */
  FELL_BACK,
  /** A pod, or whoever said to be one, was not permitted what it asked for. */
  DENIED,
  /** Somebody tried what nobody should. */
  SECURITY_EVENT;

  /** As it stands in the log and labels the metric. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
