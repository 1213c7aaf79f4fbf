package io.iambridge.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;

/** Puts where a call comes from into its context, for security events. */
public final class CallPeer implements ServerInterceptor {
  private static final Context.Key<String> PEER = Context.keyWithDefault("iambridge-peer", "");

  /** The address and port of whoever made the call that is being answered; empty when unknown. */
  public static String current() {
    return PEER.get();
  }

  /** The same, of a call. */
  static String of(ServerCall<?, ?> call) {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
                instanceof InetSocketAddress peer
            && peer.getAddress() != null
        ? peer.getAddress().getHostAddress() + ":" + peer.getPort()
        : "";
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return Contexts.interceptCall(Context.current().withValue(PEER, of(call)), call, headers, next);
  }
}
