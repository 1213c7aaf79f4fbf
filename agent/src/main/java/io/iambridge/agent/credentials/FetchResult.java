package io.iambridge.agent.credentials;

import io.iambridge.proto.v1.Reason;

/** What came of asking the server for credentials. */
public sealed interface FetchResult {

  /** New credentials, or the server's best while STS fails. */
  record Fetched(Credentials credentials) implements FetchResult {}

  /**
   * No, and asking again soon changes nothing: somebody must change an object or a trust policy.
   */
  record Refused(Reason reason, String message) implements FetchResult {}

  /** Not now: the way to STS is broken somewhere. */
  record Failed(Reason reason, String message) implements FetchResult {}
}
