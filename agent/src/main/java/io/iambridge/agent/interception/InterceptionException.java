package io.iambridge.agent.interception;

import java.io.Serial;

/** iptables or conntrack did not do what they were told; the message is one line for people. */
public final class InterceptionException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  InterceptionException(String message) {
    super(message);
  }
}
