package io.iambridge.server.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.iambridge.proto.v1.AddressChanged;
import io.iambridge.proto.v1.Snapshot;
import io.iambridge.proto.v1.WatchCallersResponse;
import io.iambridge.server.callers.AddressState;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.Occupant;
import io.iambridge.server.callers.Subscription;
import io.iambridge.server.metrics.ServerMetrics;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one agent its node's callers: a snapshot, then changes, never faster than the agent takes
 * them.
 *
 * <h2>How it works</h2>
 *
 * The index and gRPC only wake us up. Whoever raises {@code wakeups} from zero hands the sending to
 * the executor; wake-ups during the sending raise it further and make the sender look again. So one
 * thread at a time sends, without a lock that the index would have to wait for. What the agent does
 * not take yet waits in {@code unsent}, one state for each address of the node, the newest.
 */
final class CallersStream {
  private static final Logger LOG = LoggerFactory.getLogger(CallersStream.class);

  private final String node;
  private final CallerIndex callers;
  private final ServerCallStreamObserver<WatchCallersResponse> agent;
  private final Executor executor;
  private final ServerMetrics metrics;
  private final Announcements announcements;
  private final AtomicInteger wakeups = new AtomicInteger();
  private volatile @Nullable Subscription subscription;
  private volatile @Nullable StatusRuntimeException end;
  // Only the sender's.
  private final Map<InetAddress, Occupant> unsent = new LinkedHashMap<>();
  private boolean snapshotSent;
  private boolean ended;

  CallersStream(
      String node,
      CallerIndex callers,
      ServerCallStreamObserver<WatchCallersResponse> agent,
      Executor executor,
      Announcements announcements,
      ServerMetrics metrics) {
    this.node = node;
    this.callers = callers;
    this.agent = agent;
    this.executor = executor;
    this.announcements = announcements;
    this.metrics = metrics;
  }

  /** Begins to send; not to be called after {@link #close}. */
  void start() {
    // The index may wake us up before we know our subscription: then there is nothing to send yet.
    subscription = callers.subscribe(node, this::wake);
    wake();
  }

  /** Something may have to be sent. Never blocks. */
  void wake() {
    if (wakeups.getAndIncrement() == 0) {
      executor.execute(this::sendWhileWoken);
    }
  }

  /** Ends the stream from our side. */
  void end(StatusRuntimeException why) {
    end = why;
    wake();
  }

  /** The agent has gone, or was told the end. */
  void close() {
    Subscription opened = subscription;
    if (opened != null) {
      opened.close();
    }
  }

  private void sendWhileWoken() {
    int seen = wakeups.get();
    do {
      try {
        send();
      } catch (RuntimeException | Error e) {
        fail(e);
      }
      seen = wakeups.addAndGet(-seen);
    } while (seen != 0);
  }

  /**
   * An agent that hears nothing more must know it: it would go on answering pods from a mirror that
   * shows the node of long ago. Told of the failure it connects anew and gets a snapshot.
   */
  private void fail(Throwable why) {
    LOG.atError().addKeyValue("node", node).setCause(why).log("Sending to an agent failed");
    ended = true;
    try {
      agent.onError(
          Status.INTERNAL.withDescription("the server failed; see its log").asRuntimeException());
    } catch (RuntimeException e) {
      LOG.atDebug().addKeyValue("node", node).setCause(e).log("The agent has gone already");
    }
  }

  private void send() {
    Subscription changed = subscription;
    if (ended || agent.isCancelled()) {
      return;
    }
    StatusRuntimeException why = end;
    if (why != null) {
      ended = true;
      agent.onError(why);
    } else if (changed != null && agent.isReady()) {
      List<AddressState> changes = changed.poll();
      if (!snapshotSent) {
        snapshotSent = true;
        sendSnapshot(changes);
      } else {
        sendChanges(changes);
      }
    }
  }

  private void sendSnapshot(List<AddressState> states) {
    Snapshot.Builder snapshot = Snapshot.newBuilder();
    for (AddressState state : states) {
      announcements.of(state.occupant());
      snapshot.addAddresses(Messages.address(state.address(), state.occupant()));
    }
    agent.onNext(WatchCallersResponse.newBuilder().setSnapshot(snapshot).build());
    metrics.callersPushed(states.size());
  }

  private void sendChanges(List<AddressState> changes) {
    for (AddressState change : changes) {
      unsent.remove(change.address());
      unsent.put(change.address(), change.occupant());
    }
    int sent = 0;
    Iterator<Map.Entry<InetAddress, Occupant>> next = unsent.entrySet().iterator();
    while (next.hasNext() && agent.isReady()) {
      var change = next.next();
      announcements.of(change.getValue());
      agent.onNext(
          WatchCallersResponse.newBuilder()
              .setChanged(
                  AddressChanged.newBuilder()
                      .setAddress(Messages.address(change.getKey(), change.getValue())))
              .build());
      next.remove();
      sent++;
    }
    metrics.callersPushed(sent);
  }
}
