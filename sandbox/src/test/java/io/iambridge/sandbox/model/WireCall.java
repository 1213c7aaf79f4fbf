package io.iambridge.sandbox.model;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.iambridge.common.wire.WireKeys;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call: the agent's side, and in it the server's. */
final class WireCall<Q, A> extends ClientCall<Q, A> {
  /** The agent's, which gRPC would take from the true clock. */
  private static final long DEADLINE_SECONDS = 25;

  private final Wire wire;
  private final MethodDescriptor<Q, A> method;
  private final ScheduledExecutorService state;
  private final Served served = new Served();
  private @Nullable Listener<A> agent;
  private ServerCall.@Nullable Listener<Q> server;
  private @Nullable Q request;
  private @Nullable Future<?> deadline;
  private boolean ended;

  WireCall(Wire wire, MethodDescriptor<Q, A> method, ScheduledExecutorService state) {
    this.wire = wire;
    this.method = method;
    this.state = state;
  }

  boolean isWatch() {
    return !method.getType().serverSendsOneMessage();
  }

  @Override
  public void start(Listener<A> listener, Metadata headers) {
    agent = listener;
    wire.opened(this);
    if (!isWatch()) {
      deadline =
          state.schedule(
              () -> broken(Status.DEADLINE_EXCEEDED), DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Override
  public void sendMessage(Q message) {
    request = message;
  }

  @Override
  @SuppressWarnings("unchecked") // the method is the contract's on both sides
  public void halfClose() {
    Metadata headers = new Metadata();
    headers.put(WireKeys.NODE, wire.node());
    var definition =
        (ServerMethodDefinition<Q, A>)
            Objects.requireNonNull(
                wire.server().offered.getMethod(method.getFullMethodName()),
                method.getFullMethodName());
    ServerCall.Listener<Q> listener = definition.getServerCallHandler().startCall(served, headers);
    server = listener;
    listener.onMessage(Objects.requireNonNull(request));
    listener.onHalfClose();
  }

  @Override
  public void request(int messages) {
    // Everything is delivered as it comes.
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    state.execute(() -> broken(Status.CANCELLED));
  }

  /** Ends it on both sides. */
  void broken(Status status) {
    if (end() && agent != null) {
      agent.onClose(status, new Metadata());
      if (server != null) {
        server.onCancel();
      }
    }
  }

  /** The wire takes more. */
  void ready() {
    if (server != null && !ended && isWatch()) {
      server.onReady();
    }
  }

  private boolean end() {
    if (ended) {
      return false;
    }
    ended = true;
    if (deadline != null) {
      deadline.cancel(/* mayInterruptIfRunning= */ false);
    }
    wire.ended(this);
    return true;
  }

  private final class Served extends ServerCall<Q, A> {
    @Override
    public void request(int messages) {
      // There is one, and it is here.
    }

    @Override
    public void sendHeaders(Metadata headers) {
      // Nobody reads them.
    }

    @Override
    public void sendMessage(A message) {
      wire.send(() -> {
        if (!ended && agent != null && !wire.swallows(message)) {
          agent.onMessage(message);
          wire.arrived(WireCall.this);
        }
      });
    }

    @Override
    public void close(Status status, Metadata trailers) {
      wire.send(() -> {
        if (end() && agent != null) {
          agent.onClose(status, trailers);
          if (server != null) {
            server.onComplete();
          }
        }
      });
    }

    @Override
    public boolean isReady() {
      return wire.takesMore();
    }

    @Override
    public boolean isCancelled() {
      return ended;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
      return method;
    }
  }
}
