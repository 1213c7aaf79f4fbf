package io.iambridge.server.bindings;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.Session;

/** What a pod may have. */
public sealed interface Entitlement {
  /** Credentials of this session. */
  record Binding(Session session) implements Entitlement {}

  /**
   * Nothing, because a rule or a mistake says so; lasts until somebody changes an object.
   *
   * @param reason for programs
   * @param message one line for the person who must act
   * @param at whose object is to be changed
   */
  record Denial(Reason reason, String message, Culprit at) implements Entitlement {}

  /** The pod asks for no role. */
  record NoRole() implements Entitlement {}

  /** The object that a denial is about, and gets the Event. */
  enum Culprit {
    POD,
    NAMESPACE
  }
}
