package io.iambridge.server.presence;

/** Whether a pod is the caller at an address. */
public sealed interface Presence {
  /** It is, and was when Kubernetes was asked, which was after the question. */
  record Confirmed() implements Presence {}

  /** It is on another node than who asks. */
  record OnOtherNode(String message) implements Presence {}

  /** It is not, or may be about to leave. */
  record Gone(String message) implements Presence {}

  /** Kubernetes did not say. */
  record Unclear(String message) implements Presence {}
}
