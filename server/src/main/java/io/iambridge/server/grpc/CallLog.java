package io.iambridge.server.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.iambridge.common.wire.WireKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line for each call that ended, at debug level: never what was asked or answered. */
public final class CallLog implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(CallLog.class);

  private final InstantSource clock;

  /** With what times calls. */
  public CallLog(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!LOG.isDebugEnabled()) {
      return next.startCall(call, headers);
    }
    Instant start = clock.instant();
    return next.startCall(
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            LOG.atDebug()
                .addKeyValue("method", getMethodDescriptor().getBareMethodName())
                .addKeyValue("node", headers.get(WireKeys.NODE))
                .addKeyValue("peer", getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                .addKeyValue("code", status.getCode())
                .addKeyValue("reason", trailers.get(WireKeys.REASON))
                .addKeyValue("ms", Duration.between(start, clock.instant()).toMillis())
                .log("call");
            super.close(status, trailers);
          }
        },
        headers);
  }
}
