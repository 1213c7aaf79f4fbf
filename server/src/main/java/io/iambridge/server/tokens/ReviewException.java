package io.iambridge.server.tokens;

import java.io.Serial;

/** Kubernetes could not be asked about a token. The message is one line and holds no token. */
public final class ReviewException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** With one line for the person who must act. */
  public ReviewException(String message) {
    super(message);
  }
}
