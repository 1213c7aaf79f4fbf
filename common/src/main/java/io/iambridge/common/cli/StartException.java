package io.iambridge.common.cli;

import java.io.Serial;

/**
 * A program cannot start for a reason that the person at the command line can mend. The message is
 * one line that names the flag, file or port; no stack trace is shown.
 */
public final class StartException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With the line to print. */
  public StartException(String message) {
    super(message);
  }

  /** With the line to print, and the cause for debug logs. */
  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
