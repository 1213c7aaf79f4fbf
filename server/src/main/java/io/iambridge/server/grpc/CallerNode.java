package io.iambridge.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.metrics.ServerMetrics;
import java.util.Optional;

/** Puts the node that a call comes from into the call's context, and refuses calls without one. */
final class CallerNode implements ServerInterceptor {
  private static final Context.Key<String> NODE = Context.key("iambridge-node");

  private final NodeIdentity identity;
  private final ServerMetrics metrics;

  CallerNode(NodeIdentity identity, ServerMetrics metrics) {
    this.identity = identity;
    this.metrics = metrics;
  }

  /** The node of the agent whose call is being answered. */
  static String current() {
    return NODE.get();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Optional<String> node = identity.nodeOf(headers, call.getAttributes());
    if (node.isEmpty()) {
      metrics.refused(Reason.NODE_UNKNOWN);
      StatusRuntimeException refusal =
          Refusal.of(
              Reason.NODE_UNKNOWN,
              "the call does not show the node it comes from, in metadata " + WireKeys.NODE.name());
      call.close(refusal.getStatus(), Refusal.trailers(refusal));
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(
        Context.current().withValue(NODE, node.get()), call, headers, next);
  }
}
