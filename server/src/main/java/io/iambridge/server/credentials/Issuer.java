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

  /**
   * The same for a session that has credentials, which are kept when this fails. So whoever could
   * give less may rather fail.
   *
   * @param living what the session has; not expired
   * @throws IssueException when it cannot, or when what is there is better
   */
  default Credentials renew(Session session, Credentials living) throws IssueException {
    return issue(session);
  }
}
