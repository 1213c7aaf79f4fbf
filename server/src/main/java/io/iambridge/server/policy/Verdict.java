package io.iambridge.server.policy;

import io.iambridge.proto.v1.Reason;

/** What a namespace's rule says of a role. */
public sealed interface Verdict {
  /** Its pods may have it. */
  record Permitted() implements Verdict {}

  /**
   * Its pods may not have it.
   *
   * @param reason for programs
   * @param message one line for the person who must act
   */
  record Forbidden(Reason reason, String message) implements Verdict {}
}
