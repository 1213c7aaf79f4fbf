package io.iambridge.agent.upstream;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceStub;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.proto.v1.WatchCallersResponse;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the mirror of callers up to date, for ever.
 *
 * <p>How it works. Everything happens on the state thread. A watch begins with a snapshot, which
 * replaces the whole mirror; until it comes, and while there is no watch, the mirror stays as it
 * was: a lost server must not cost running pods their credentials. A watch that ends, or brings no
 * snapshot in time, is opened again after a pause with jitter, which grows until a watch lasts.
 */
public final class CallerWatch implements AutoCloseable {
  /** A server that cannot say in this time who is on a node is not worth waiting for. */
  static final Duration SNAPSHOT_DEADLINE = Duration.ofSeconds(10);

  /** A watch that the server ends sooner has not worked, whatever it brought. */
  static final Duration LASTING = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(CallerWatch.class);

  private final ManagedChannel channel;
  private final AgentServiceStub stub;
  private final Callers callers;
  private final ScheduledExecutorService state;
  private final AgentMetrics metrics;
  private final WatchCallersRequest request;
  private final Backoff backoff;

  private volatile boolean everSynced;
  private volatile boolean live;
  private boolean closed;
  private @Nullable Stream stream;
  private @Nullable String lastTrouble;

  /**
   * Does nothing until {@link #start}.
   *
   * @param state the state thread
   * @param version told to the server, for its log
   */
  public CallerWatch(
      ManagedChannel channel,
      Callers callers,
      ScheduledExecutorService state,
      RandomGenerator random,
      AgentMetrics metrics,
      String version) {
    this.channel = channel;
    this.stub = AgentServiceGrpc.newStub(channel);
    this.callers = callers;
    this.state = state;
    this.metrics = metrics;
    this.request = WatchCallersRequest.newBuilder().setAgentVersion(version).build();
    this.backoff = new Backoff(random);
  }

  /** Opens the watch. */
  public void start() {
    state.execute(this::open);
  }

  /** Whether a snapshot has ever come, which is when the agent can do its work. Any thread. */
  public boolean everSynced() {
    return everSynced;
  }

  /** Whether the mirror is up to date at this moment. Any thread. */
  public boolean live() {
    return live;
  }

  /**
   * Opens the watch anew at once, because the agent has another token to show: the server has it
   * reviewed while it can. The mirror stays, and counts as up to date until that fails. Any thread.
   */
  public void renew() {
    state.execute(() -> {
      Stream old = stream;
      // Where there is none, the next one shows the token.
      if (old != null && !closed) {
        old.cancelTimer();
        stream = null;
        old.cancel("the agent has another token");
        metrics.watchReconnects();
        open();
      }
    });
  }

  /** Ends the watch and opens no other. */
  @Override
  public void close() {
    state.execute(() -> {
      closed = true;
      live = false;
      if (stream != null) {
        stream.cancelTimer();
        stream.cancel("the agent stops");
      }
    });
  }

  private void open() {
    if (!closed) {
      stream = new Stream();
      stub.watchCallers(request, stream);
    }
  }

  private void ended(Stream which, Status status, @Nullable Metadata trailers) {
    if (which != stream || closed) {
      return;
    }
    which.cancelTimer();
    stream = null;
    boolean wasLive = live;
    live = false;
    metrics.watchConnected(false);
    Duration pause = backoff.next();
    if (StatusReason.anotherConnectionMayProveUs(status, trailers)
        || (!which.synced && StatusReason.anotherReplicaMayHelp(status, trailers))) {
      // Calls under way are finished; the next connection is to a replica drawn anew.
      channel.enterIdle();
    }
    if (wasLive) {
      logEnd(status);
    } else {
      logTrouble(status, pause);
    }
    var _ = state.schedule(this::reopen, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void reopen() {
    metrics.watchReconnects();
    // gRPC's own pause between connection attempts grows to minutes; ours decides.
    channel.resetConnectBackoff();
    open();
  }

  /** Servers end every connection now and then, on purpose: it is trouble when the next fails. */
  private void logEnd(Status status) {
    LOG.atInfo()
        .addKeyValue("server", channel.authority())
        .log(
            "The watch of this node's callers ended, opening another: {}",
            StatusReason.detail(status));
  }

  /** The same trouble again is no news. */
  private void logTrouble(Status status, Duration pause) {
    String trouble = StatusReason.detail(status);
    if (trouble.equals(lastTrouble)) {
      LOG.debug("No watch: {}", trouble);
      return;
    }
    lastTrouble = trouble;
    LOG.atWarn()
        .addKeyValue("server", channel.authority())
        .addKeyValue("retryMillis", pause.toMillis())
        .log("No watch of this node's callers: {}", trouble);
  }

  private final class Stream
      implements ClientResponseObserver<WatchCallersRequest, WatchCallersResponse> {
    private @Nullable ClientCallStreamObserver<WatchCallersRequest> call;

    /** The deadline of the snapshot; then the time after which the watch has worked. */
    private @Nullable ScheduledFuture<?> timer;

    private boolean synced;

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchCallersRequest> call) {
      this.call = call;
      this.timer =
          state.schedule(
              () -> cancel("no snapshot within " + SNAPSHOT_DEADLINE.toSeconds() + " s"),
              SNAPSHOT_DEADLINE.toMillis(),
              TimeUnit.MILLISECONDS);
    }

    @Override
    public void onNext(WatchCallersResponse response) {
      state.execute(() -> received(response));
    }

    @Override
    public void onError(Throwable thrown) {
      state.execute(
          () -> ended(this, Status.fromThrowable(thrown), Status.trailersFromThrowable(thrown)));
    }

    @Override
    public void onCompleted() {
      state.execute(() ->
          ended(
              this,
              Status.UNAVAILABLE.withDescription("the server ended it"),
              /* trailers= */ null));
    }

    private void received(WatchCallersResponse response) {
      if (this != stream) {
        return;
      }
      switch (response.getEventCase()) {
        case SNAPSHOT -> {
          callers.replaceAll(WatchMessages.callers(response.getSnapshot()));
          synced();
        }
        case CHANGED -> {
          if (synced) {
            WatchMessages.read(response.getChanged().getAddress(), callers::put);
          } else {
            cancel("a change came before the snapshot");
          }
        }
        // A newer server's event that this agent does not know.
        case EVENT_NOT_SET -> LOG.debug("Event without content");
      }
    }

    private void synced() {
      synced = true;
      cancelTimer();
      timer = state.schedule(backoff::reset, LASTING.toMillis(), TimeUnit.MILLISECONDS);
      lastTrouble = null;
      everSynced = true;
      live = true;
      metrics.watchConnected(true);
      LOG.atInfo().addKeyValue("server", channel.authority()).log("Watching this node's callers");
    }

    private void cancelTimer() {
      if (timer != null) {
        timer.cancel(/* mayInterruptIfRunning= */ false);
      }
    }

    private void cancel(String why) {
      if (call != null) {
        call.cancel(why, /* cause= */ null);
      }
    }
  }
}
