package io.iambridge.agent.upstream;

import io.grpc.Metadata;
import io.grpc.Status;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.agent.podidentity.Review;
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
    String message = forPods(status, trailers, reason);
    String detail = detail(status);
    return status.getCode() == Status.Code.PERMISSION_DENIED
        ? new FetchResult.Refused(reason, message, detail)
        : new FetchResult.Failed(reason, message, detail);
  }

  /** Of a token nothing lasts: the same one may be good as soon as the server hears of its pod. */
  static Review failedReview(Status status, @Nullable Metadata trailers) {
    Reason reason = reason(status, trailers);
    String message = forPods(status, trailers, reason);
    return switch (reason) {
      case TOKEN_INVALID, TOKEN_OTHER_CALLER, CALLER_UNKNOWN -> new Review.Refused(reason, message);
      default -> new Review.Failed(reason, message, detail(status));
    };
  }

  /**
   * Whether a replica has answered that it cannot, where another may: it has not seen the cluster,
   * or it has never seen our token and Kubernetes does not answer it. pick_first would stay with
   * it, since its connection works.
   */
  static boolean anotherReplicaMayHelp(Status status, @Nullable Metadata trailers) {
    if (trailers == null || !trailers.containsKey(WireKeys.REASON)) {
      return false;
    }
    Reason reason = reason(status, trailers);
    return reason == Reason.SERVER_NOT_READY || reason == Reason.TOKEN_REVIEW_UNAVAILABLE;
  }

  /**
   * Whether a replica has answered that what we showed proves no node to it: a certificate is shown
   * once for each connection, and of a pod another replica may have heard.
   */
  static boolean anotherConnectionMayProveUs(Status status, @Nullable Metadata trailers) {
    return trailers != null
        && trailers.containsKey(WireKeys.REASON)
        && reason(status, trailers) == Reason.NODE_UNKNOWN;
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

  /**
   * The server's own line, which is written for pods, when it is the server that speaks, and not of
   * the agent itself. What gRPC says names hosts, addresses and certificates: none of a pod's
   * business.
   */
  private static String forPods(Status status, @Nullable Metadata trailers, Reason reason) {
    String description = status.getDescription();
    boolean aboutAgent = reason == Reason.NODE_UNKNOWN || reason == Reason.NODE_MISMATCH;
    if (trailers != null
        && trailers.containsKey(WireKeys.REASON)
        && description != null
        && !aboutAgent) {
      return firstLine(description);
    }
    return switch (reason) {
      case SERVER_NOT_READY -> "the iambridge server cannot be reached";
      case NODE_UNKNOWN, NODE_MISMATCH -> "the iambridge server does not know this node";
      default -> "the iambridge server gave no answer";
    };
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  /** One line for the log, with what really happened where gRPC hides it in the cause. */
  static String detail(Status status) {
    String description = status.getDescription();
    StringBuilder message = new StringBuilder(status.getCode().name());
    if (description != null) {
      message.append(": ").append(firstLine(description));
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
