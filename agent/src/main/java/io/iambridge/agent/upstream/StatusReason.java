package io.iambridge.agent.upstream;

import io.grpc.Metadata;
import io.grpc.Status;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;
import org.jspecify.annotations.Nullable;

/** What a failed call means: the canonical code, and the reason in the trailer. */
final class StatusReason {
  private StatusReason() {}

  /**
   * Only PERMISSION_DENIED lasts: the others are news that this agent has not heard yet, or trouble
   * that passes or is mended without the pod.
   */
  static FetchResult failedFetch(Status status, @Nullable Metadata trailers) {
    Reason reason = reason(status, trailers);
    String message = message(status);
    return status.getCode() == Status.Code.PERMISSION_DENIED
        ? new FetchResult.Refused(reason, message)
        : new FetchResult.Failed(reason, message);
  }

  private static Reason reason(Status status, @Nullable Metadata trailers) {
    String name = trailers == null ? null : trailers.get(WireKeys.REASON);
    if (name != null) {
      try {
        return Reason.valueOf(name);
      } catch (IllegalArgumentException e) {
        // A newer server's word: the code still tells what to do.
        return Reason.REASON_UNSPECIFIED;
      }
    }
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> Reason.SERVER_NOT_READY;
      case UNAUTHENTICATED -> Reason.NODE_UNKNOWN;
      default -> Reason.REASON_UNSPECIFIED;
    };
  }

  /** One line for people, with what really happened where gRPC hides it in the cause. */
  static String message(Status status) {
    String description = status.getDescription();
    StringBuilder message = new StringBuilder(status.getCode().name());
    if (description != null) {
      message.append(": ").append(description.lines().findFirst().orElse(""));
    }
    Throwable deepest = status.getCause();
    while (deepest != null && deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    if (deepest != null) {
      message.append(" (").append(deepest).append(')');
    }
    return message.toString();
  }
}
