package io.iambridge.server.targets;

import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Session;

/** Tries a session's own mechanism, without any fallback. */
@FunctionalInterface
public interface TargetIssuer {
  /**
   * Issues credentials; blocks, for a bounded time.
   *
   * @param session whose mechanism is web identity or pod identity
   * @throws TargetException when it gives none, with the reason
   */
  Credentials issue(Session session) throws TargetException;
}
