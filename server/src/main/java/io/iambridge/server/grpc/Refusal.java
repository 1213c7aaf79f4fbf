package io.iambridge.server.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;

/**
 * A call that is refused or fails, as gRPC says it: a canonical code, one line for people, and the
 * reason for programs in the trailer {@code iambridge-reason}.
 */
public final class Refusal {
  private Refusal() {}

  static StatusRuntimeException of(Reason reason, String message) {
    Metadata trailers = new Metadata();
    trailers.put(WireKeys.REASON, reason.name());
    return new StatusRuntimeException(status(reason).withDescription(message), trailers);
  }

  static Metadata trailers(StatusRuntimeException refusal) {
    Metadata trailers = refusal.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  private static Status status(Reason reason) {
    return switch (reason) {
      // Nobody's pod is told that it may not: the agent has to be set up anew.
      case NODE_UNKNOWN, NODE_MISMATCH, TOKEN_INVALID -> Status.UNAUTHENTICATED;
      case INVALID_ROLE,
          INVALID_SESSION,
          NAMESPACE_PERMITS_NOTHING,
          INVALID_NAMESPACE_RULE,
          ROLE_NOT_PERMITTED,
          RETIRED,
          NO_TARGET_ROLE,
          OTHER_NODE,
          TOKEN_OTHER_CALLER,
          STS_DENIED ->
          Status.PERMISSION_DENIED;
      case CALLER_UNKNOWN -> Status.NOT_FOUND;
      case NO_ROLE,
          SESSION_CHANGED,
          STS_REJECTED,
          TOKEN_NOT_PERMITTED,
          WEB_IDENTITY_REJECTED,
          NO_ASSOCIATION ->
          Status.FAILED_PRECONDITION;
      case STS_THROTTLED -> Status.RESOURCE_EXHAUSTED;
      case STS_UNAVAILABLE,
          SERVER_NOT_READY,
          TOKEN_REVIEW_UNAVAILABLE,
          CALLER_UNCONFIRMED,
          TOKEN_UNAVAILABLE,
          EKS_AUTH_UNAVAILABLE ->
          Status.UNAVAILABLE;
      case REASON_UNSPECIFIED, UNRECOGNIZED -> Status.INTERNAL;
    };
  }
}
