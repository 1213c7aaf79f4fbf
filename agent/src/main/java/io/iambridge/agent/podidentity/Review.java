package io.iambridge.agent.podidentity;

import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.proto.v1.Reason;
import java.time.Instant;

/** What the server says of a token. */
public sealed interface Review {

  /**
   * It is this pod's, which may be who calls.
   *
   * @param expiration when the token ends
   * @param hostNetwork the pod has its node's addresses, so the token alone says who it is
   */
  record Verified(Known caller, Instant expiration, boolean hostNetwork) implements Review {}

  /**
   * It proves nobody.
   *
   * @param message one line that pods may see
   */
  record Refused(Reason reason, String message) implements Review {}

  /**
   * There is no answer.
   *
   * @param message one line that pods may see
   * @param detail one line for the log, which may name hosts and causes
   */
  record Failed(Reason reason, String message, String detail) implements Review {
    /** When the message says everything. */
    public Failed(Reason reason, String message) {
      this(reason, message, message);
    }
  }
}
