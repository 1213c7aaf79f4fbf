package io.iambridge.agent.credentials;

import io.iambridge.proto.v1.Reason;
import java.time.Instant;

/**
 * What a caller gets when it asks for credentials.
 *
 * @param <R> the form the credentials are served in
 */
public sealed interface Outcome<R> {

  /**
   * Credentials that are valid now.
   *
   * @param rendered the form made once when they were fetched
   * @param floor from when on they are too old to be served without trying for newer ones
   */
  record Serve<R>(Credentials credentials, R rendered, Instant floor) implements Outcome<R> {}

  /** The server or STS says no. */
  record Refuse<R>(Reason reason, String message) implements Outcome<R> {}

  /** Nothing usable to serve at the moment. */
  record Unavailable<R>(Reason reason, String message) implements Outcome<R> {}
}
