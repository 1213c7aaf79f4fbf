package io.iambridge.agent.credentials;

import io.iambridge.proto.v1.Reason;

/** What came of asking the server for credentials. */
public sealed interface FetchResult {

  /** New credentials, or the server's best while STS fails. */
  record Fetched(Credentials credentials) implements FetchResult {}

  /**
   * No, and asking again soon changes nothing: somebody must change an object or a trust policy.
   *
   * @param message one line that pods may see
   * @param detail one line for the log, which may name hosts and causes
   */
  record Refused(Reason reason, String message, String detail) implements FetchResult {
    /** When the message says everything. */
    public Refused(Reason reason, String message) {
      this(reason, message, message);
    }
  }

  /**
   * Not now: the way to STS is broken somewhere.
   *
   * @param message one line that pods may see
   * @param detail one line for the log, which may name hosts and causes
   */
  record Failed(Reason reason, String message, String detail) implements FetchResult {
    /** When the message says everything. */
    public Failed(Reason reason, String message) {
      this(reason, message, message);
    }
  }
}
