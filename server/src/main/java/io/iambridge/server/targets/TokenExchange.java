package io.iambridge.server.targets;

import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Session;

/** Gets credentials for a pod's token from AWS. */
@FunctionalInterface
public interface TokenExchange {
  /**
   * Blocks, for a bounded time.
   *
   * @param session whose mechanism is the one that this exchange is for
   * @param token a secret
   * @throws TargetException when AWS gives none; without the token
   */
  Credentials exchange(Session session, String token) throws TargetException;
}
