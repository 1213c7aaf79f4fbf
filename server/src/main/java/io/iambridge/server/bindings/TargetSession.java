package io.iambridge.server.bindings;

import io.iambridge.server.credentials.Session;
import io.iambridge.server.targets.Finding;

/** What a pod's session by a target mechanism is, as far as its objects tell. */
public sealed interface TargetSession {
  /** This one. */
  record Found(Session session) implements TargetSession {}

  /**
   * None.
   *
   * @param why what is missing or wrong
   * @param message one line for the person who must act
   */
  record Missing(Finding why, String message) implements TargetSession {}
}
