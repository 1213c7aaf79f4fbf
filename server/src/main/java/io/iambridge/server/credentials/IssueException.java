package io.iambridge.server.credentials;

import io.iambridge.proto.v1.Reason;
import java.io.Serial;

/** No credentials could be issued. The message is one line for people and holds no secret. */
public final class IssueException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** With the reason (one of the failures on the way to credentials), one line, and the cause. */
  public IssueException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** With the reason (one of the failures on the way to credentials) and one line. */
  public IssueException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why, for programs. */
  public Reason reason() {
    return reason;
  }

  /** Whether asking again at once would give the same answer. */
  public boolean permanent() {
    return switch (reason) {
      case STS_DENIED,
          STS_REJECTED,
          TOKEN_NOT_PERMITTED,
          WEB_IDENTITY_REJECTED,
          NO_TARGET_ROLE,
          NO_ASSOCIATION ->
          true;
      default -> false;
    };
  }
}
