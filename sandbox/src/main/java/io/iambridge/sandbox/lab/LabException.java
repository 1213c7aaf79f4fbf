package io.iambridge.sandbox.lab;

import java.io.Serial;

/** The lab could not do what it was asked to; the message is for people. */
public final class LabException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  LabException(String message) {
    super(message);
  }

  LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
