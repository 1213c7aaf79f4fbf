package io.iambridge.agent.callers;

import io.iambridge.proto.v1.Reason;

/** What a known caller may have. */
public sealed interface Entitlement {

  /**
   * A role.
   *
   * @param session the STS session it maps to; callers with the same session share credentials
   */
  record Binding(String roleArn, String session) implements Entitlement {
    /** Checks that both are there. */
    public Binding {
      if (roleArn.isEmpty() || session.isEmpty()) {
        throw new IllegalArgumentException(
            "a binding needs a role and a session: '" + roleArn + "', '" + session + "'");
      }
    }
  }

  /** The role it names, it may not have. */
  record Denial(Reason reason, String message) implements Entitlement {}

  /** It names no role. */
  record NoRole() implements Entitlement {}
}
