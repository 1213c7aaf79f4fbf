package io.iambridge.server.presence;

import java.io.Serial;

/** Kubernetes did not say; the message is one line for people. */
public final class PodReadException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** With the reason. */
  public PodReadException(String message) {
    super(message);
  }
}
