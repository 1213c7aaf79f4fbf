package io.iambridge.server.credentials;

/** Gets new credentials for a session, from STS in the end. */
@FunctionalInterface
public interface Issuer {
  /**
   * Issues new credentials; blocks, for a bounded time.
   *
   * @throws IssueException when it cannot, with the reason
   */
  Credentials issue(Session session) throws IssueException;
}
