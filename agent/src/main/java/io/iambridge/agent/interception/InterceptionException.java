package io.iambridge.agent.interception;

import java.io.Serial;

/** iptables or conntrack did not do what they were told; the message is one line for people. */
public final class InterceptionException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** What is to be expected when it is tried again; the gravest last. */
  enum Kind {
    /** Our rules are right; one of somebody else may win until it is removed. */
    CAPTURED,
    /** It may go well: somebody had the lock, or changed the table meanwhile. */
    PASSING,
    /** The same: a program or permission is missing. */
    LASTING
  }

  private final Kind kind;

  InterceptionException(String message) {
    this(Kind.PASSING, message);
  }

  InterceptionException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}
