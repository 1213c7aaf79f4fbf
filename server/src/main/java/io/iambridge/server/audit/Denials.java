package io.iambridge.server.audit;

import io.iambridge.proto.v1.Reason;

/** Tells what is a denial from what only went wrong. */
public final class Denials {
  private Denials() {}

  /** Whether the reason says that somebody may not have what was asked for. */
  public static boolean isDenial(Reason reason) {
    return switch (reason) {
      case INVALID_ROLE,
          INVALID_SESSION,
          NAMESPACE_PERMITS_NOTHING,
          INVALID_NAMESPACE_RULE,
          ROLE_NOT_PERMITTED,
          RETIRED,
          NO_TARGET_ROLE,
          OTHER_NODE,
          TOKEN_INVALID,
          TOKEN_OTHER_CALLER,
          STS_DENIED ->
          true;
      case CALLER_UNKNOWN,
          NO_ROLE,
          SESSION_CHANGED,
          STS_REJECTED,
          STS_THROTTLED,
          STS_UNAVAILABLE,
          SERVER_NOT_READY,
          TOKEN_REVIEW_UNAVAILABLE,
          CALLER_UNCONFIRMED,
          TOKEN_NOT_PERMITTED,
          TOKEN_UNAVAILABLE,
          WEB_IDENTITY_REJECTED,
          NO_ASSOCIATION,
          EKS_AUTH_UNAVAILABLE,
          // Whoever is no agent is refused before anything is asked for: a security event.
          NODE_UNKNOWN,
          NODE_MISMATCH,
          REASON_UNSPECIFIED,
          UNRECOGNIZED ->
          false;
    };
  }
}
