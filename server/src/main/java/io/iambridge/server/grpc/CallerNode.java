package io.iambridge.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.grpc.NodeIdentity.Proved;
import io.iambridge.server.grpc.NodeIdentity.Refused;
import io.iambridge.server.metrics.ServerMetrics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Puts the node that a call comes from into the call's context, and refuses calls without one. */
final class CallerNode implements ServerInterceptor {
  private static final Context.Key<Proved> NODE = Context.key("iambridge-node");

  private final NodeIdentity identity;
  private final ServerMetrics metrics;
  private final Audit audit;
  private final InstantSource clock;

  CallerNode(NodeIdentity identity, ServerMetrics metrics, Audit audit, InstantSource clock) {
    this.clock = clock;
    this.identity = identity;
    this.metrics = metrics;
    this.audit = audit;
  }

  /** The node of the agent whose call is being answered. */
  static String current() {
    return NODE.get().node();
  }

  /** When what proves the node of this call ends. */
  static Instant provedUntil() {
    return NODE.get().until();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return switch (identity.nodeOf(headers, call.getAttributes())) {
      case Proved proved when !clock.instant().isBefore(proved.until()) -> {
        // A connection lives on when the certificate that opened it has ended.
        refuse(
            call,
            new Refused(
                Reason.NODE_UNKNOWN,
                "what proves the agent's node has ended at " + proved.until(),
                Optional.of(SecurityEvent.Kind.AGENT_NOT_PROVED)));
        yield new ServerCall.Listener<>() {};
      }
      case Proved proved ->
          Contexts.interceptCall(Context.current().withValue(NODE, proved), call, headers, next);
      case Refused refused -> {
        refuse(call, refused);
        yield new ServerCall.Listener<>() {};
      }
    };
  }

  private void refuse(ServerCall<?, ?> call, Refused refused) {
    metrics.refused(refused.reason());
    refused
        .event()
        .ifPresent(kind ->
            audit.securityEvent(
                new SecurityEvent(kind, /* node= */ "", CallPeer.of(call), refused.message())));
    StatusRuntimeException refusal = Refusal.of(refused.reason(), refused.message());
    call.close(refusal.getStatus(), Refusal.trailers(refusal));
  }
}
