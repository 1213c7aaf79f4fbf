package io.iambridge.agent.callers;

import io.iambridge.agent.address.AddressQuota;
import io.iambridge.agent.metrics.AgentMetrics;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that wait for their caller to become known: a bounded number, each for a bounded time.
 */
final class Parking {
  /**
   * A node starts some tens of pods a second at most; more than this is somebody knocking from
   * addresses that are no pods, and gets its answer at once.
   */
  static final int PLACES = 1024;

  /** A pod whose SDKs all start at once; one address must not take every place. */
  static final int PLACES_PER_ADDRESS = 128;

  private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

  private final Callers callers;
  private final ScheduledExecutorService state;
  private final AgentMetrics metrics;
  private final AtomicInteger taken = new AtomicInteger();
  private final AddressQuota quota = new AddressQuota(PLACES_PER_ADDRESS);
  private final Map<InetAddress, Set<Parked>> parked = new HashMap<>();

  Parking(Callers callers, ScheduledExecutorService state, AgentMetrics metrics) {
    this.callers = callers;
    this.state = state;
    this.metrics = metrics;
  }

  boolean park(InetAddress address, Duration patience, Consumer<Caller> answer) {
    if (taken.incrementAndGet() > PLACES) {
      taken.decrementAndGet();
      return false;
    }
    if (!quota.take(address)) {
      taken.decrementAndGet();
      return false;
    }
    state.execute(() -> wait(address, patience, answer));
    return true;
  }

  private void wait(InetAddress address, Duration patience, Consumer<Caller> answer) {
    Parked request = new Parked(address, answer);
    Caller caller = callers.find(address);
    if (!Caller.isAwaited(caller)) {
      // The news came while the request hopped over to this thread.
      leave(request, caller);
      return;
    }
    parked.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(request);
    metrics.parked(taken.get());
    request.timeout =
        state.schedule(
            () -> {
              Set<Parked> there = parked.get(address);
              if (there != null && there.remove(request)) {
                if (there.isEmpty()) {
                  parked.remove(address);
                }
                leave(request, callers.find(address));
              }
            },
            patience.toMillis(),
            TimeUnit.MILLISECONDS);
    callers.askIfInDoubt(address);
  }

  /** Whether requests wait there. State thread only. */
  boolean isWaitedFor(InetAddress address) {
    return parked.containsKey(address);
  }

  /** Where requests wait. State thread only. */
  List<InetAddress> addresses() {
    return List.copyOf(parked.keySet());
  }

  /** State thread only. */
  void arrived(InetAddress address, Caller caller) {
    Set<Parked> waiting = parked.remove(address);
    if (waiting != null) {
      waiting.forEach(request -> leave(request, caller));
    }
  }

  private void leave(Parked request, Caller caller) {
    if (request.timeout != null) {
      request.timeout.cancel(/* mayInterruptIfRunning= */ false);
    }
    quota.giveBack(request.address);
    metrics.parked(taken.decrementAndGet());
    try {
      request.answer.accept(caller);
    } catch (RuntimeException e) {
      // The others that wait for the same caller must have their answers.
      LOG.atError().setCause(e).log("Answering a parked request failed");
    }
  }

  private static final class Parked {
    private final InetAddress address;
    private final Consumer<Caller> answer;
    private @Nullable ScheduledFuture<?> timeout;

    Parked(InetAddress address, Consumer<Caller> answer) {
      this.address = address;
      this.answer = answer;
    }
  }
}
