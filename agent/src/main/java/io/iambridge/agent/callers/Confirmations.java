package io.iambridge.agent.callers;

import io.iambridge.agent.callers.Confirmer.Answer;
import io.iambridge.agent.callers.Confirmer.Confirmed;
import io.iambridge.agent.callers.Confirmer.Failed;
import io.iambridge.agent.callers.Confirmer.Refused;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Confirmation;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions to the server about callers in doubt: one for each address at a time, few at once, and
 * a pause after each. State thread only, where nothing else is said.
 *
 * <p>A confirmation holds for a while, whatever is seen meanwhile: a pod that forges signs faster
 * than the server answers could else keep another in doubt for ever.
 */
final class Confirmations {
  /** Each is one read of the API server, which other nodes need too. */
  static final int MOST_AT_ONCE = 8;

  /** Requests that wait are the only ones that ask, and those are bounded by their places. */
  static final int MOST_WAITING = Parking.PLACES;

  static final Duration PAUSE = Duration.ofMillis(250);

  /** How long a confirmation holds, from its question on. */
  static final Duration HOLD = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Confirmations.class);

  private final Confirmer confirmer;
  private final Consumer<InetAddress> askAgain;
  private final ScheduledExecutorService state;
  private final AgentMetrics metrics;

  private final Set<InetAddress> underWay = new HashSet<>();
  private final Set<InetAddress> pausing = new HashSet<>();
  private final Set<InetAddress> waiting = new LinkedHashSet<>();
  private final Map<InetAddress, Hold> holds = new ConcurrentHashMap<>();
  private @Nullable String lastTrouble;

  /**
   * A pod that was confirmed.
   *
   * @param end takes it away
   */
  private record Hold(String podUid, ScheduledFuture<?> end) {}

  /**
   * @param askAgain told of an address whose turn or pause has come to an end
   */
  Confirmations(
      Confirmer confirmer,
      Consumer<InetAddress> askAgain,
      ScheduledExecutorService state,
      AgentMetrics metrics) {
    this.confirmer = confirmer;
    this.askAgain = askAgain;
    this.state = state;
    this.metrics = metrics;
  }

  /** Whether the pod was confirmed at the address within {@link #HOLD}. Any thread. */
  boolean hold(InetAddress address, String podUid) {
    Hold hold = holds.get(address);
    return hold != null && hold.podUid.equals(podUid);
  }

  /** Asks about a pod, unless it is being asked about, or has just been. */
  void ask(InetAddress address, String podUid, Runnable confirmed) {
    if (underWay.contains(address) || pausing.contains(address)) {
      return;
    }
    if (underWay.size() >= MOST_AT_ONCE) {
      if (waiting.size() < MOST_WAITING) {
        waiting.add(address);
      }
      return;
    }
    waiting.remove(address);
    underWay.add(address);
    Hold before = holds.remove(address);
    if (before != null) {
      before.end.cancel(/* mayInterruptIfRunning= */ false);
    }
    Hold hold = new Hold(podUid, endOfHold(address));
    try {
      confirmer.confirm(
          address,
          podUid,
          answer -> state.execute(() -> answered(address, hold, answer, confirmed)));
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("Asking about a caller failed");
      state.execute(
          () -> answered(address, hold, new Failed("the agent failed to ask"), confirmed));
    }
  }

  private ScheduledFuture<?> endOfHold(InetAddress address) {
    return state.schedule(() -> holds.remove(address), HOLD.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void answered(InetAddress address, Hold hold, Answer answer, Runnable confirmed) {
    if (!underWay.remove(address)) {
      return;
    }
    tell(address, answer);
    pause(address);
    if (!(answer instanceof Confirmed)) {
      hold.end.cancel(/* mayInterruptIfRunning= */ false);
    } else {
      // What comes too late confirms only what was seen before the question.
      if (!hold.end.isDone()) {
        holds.put(address, hold);
      }
      confirmed.run();
    }
    if (!waiting.isEmpty()) {
      InetAddress next = waiting.iterator().next();
      waiting.remove(next);
      askAgain.accept(next);
    }
  }

  /** Bounded: one for each question, of which only so many are under way at a time. */
  private void pause(InetAddress address) {
    pausing.add(address);
    var _ =
        state.schedule(
            () -> {
              pausing.remove(address);
              askAgain.accept(address);
            },
            PAUSE.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void tell(InetAddress address, Answer answer) {
    switch (answer) {
      case Confirmed _ -> {
        metrics.callerConfirmed(Confirmation.CONFIRMED);
        lastTrouble = null;
      }
      case Refused(var detail) -> {
        metrics.callerConfirmed(Confirmation.REFUSED);
        LOG.atDebug()
            .addKeyValue("address", address.getHostAddress())
            .log("A caller whose peer changed is not confirmed: {}", detail);
      }
      case Failed(var detail) -> {
        metrics.callerConfirmed(Confirmation.FAILED);
        // The same trouble again is no news.
        if (!detail.equals(lastTrouble)) {
          lastTrouble = detail;
          LOG.warn("Callers whose peer changed cannot be confirmed: {}", detail);
        }
      }
    }
  }
}
