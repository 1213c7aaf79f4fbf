package io.iambridge.server.kiamapi;

import io.grpc.Status;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.metrics.KiamCall;
import io.iambridge.server.metrics.KiamOutcome;
import java.io.Serial;
import java.util.Optional;

/**
 * Why an agent of kiam's gets no answer. The message is ours, for logs; the agent hears kiam's own
 * words, since its client tells errors by their text (uswitch/kiam, pkg/server/gateway.go).
 */
final class KiamRefusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final KiamOutcome outcome;
  private final Reason reason;
  private final transient Optional<Pod> pod;

  private KiamRefusal(KiamOutcome outcome, Reason reason, Optional<Pod> pod, String message) {
    // Pods in a loop cause it; nobody looks at where it came from.
    super(message, /* cause= */ null, /* enableSuppression= */ false, /* writable= */ false);
    this.outcome = outcome;
    this.reason = reason;
    this.pod = pod;
  }

  static KiamRefusal noPod(String message) {
    return new KiamRefusal(KiamOutcome.NO_POD, Reason.CALLER_UNKNOWN, Optional.empty(), message);
  }

  static KiamRefusal ambiguous(String message) {
    return new KiamRefusal(KiamOutcome.AMBIGUOUS, Reason.CALLER_UNKNOWN, Optional.empty(), message);
  }

  /** What asking again does not change. */
  static KiamRefusal forbidden(Pod pod, Reason reason, String message) {
    return new KiamRefusal(KiamOutcome.FORBIDDEN, reason, Optional.of(pod), message);
  }

  static KiamRefusal failed(Pod pod, Reason reason, String message) {
    return new KiamRefusal(KiamOutcome.FAILED, reason, Optional.of(pod), message);
  }

  static KiamRefusal notReady() {
    return new KiamRefusal(
        KiamOutcome.NOT_READY,
        Reason.SERVER_NOT_READY,
        Optional.empty(),
        "the server has not seen the whole cluster yet");
  }

  KiamOutcome outcome() {
    return outcome;
  }

  Reason reason() {
    return reason;
  }

  /** The pod that it is about; empty when none is known. */
  Optional<Pod> pod() {
    return pod;
  }

  /**
   * As kiam's server says it. Its errors have no code of their own, so gRPC gives them UNKNOWN; its
   * agent asks again for 5 s unless it hears exactly "forbidden by policy".
   */
  Status status(KiamCall call) {
    return switch (outcome) {
      case NO_POD ->
          Status.UNKNOWN.withDescription(
              call == KiamCall.GET_POD_ROLE ? "pod not found" : "no pod found");
      case AMBIGUOUS -> Status.UNKNOWN.withDescription("multiple running pods found");
      case FORBIDDEN -> Status.UNKNOWN.withDescription("forbidden by policy");
      case NOT_READY -> Status.UNAVAILABLE.withDescription(getMessage());
      case FAILED, ANSWERED -> Status.UNKNOWN.withDescription(getMessage());
    };
  }
}
