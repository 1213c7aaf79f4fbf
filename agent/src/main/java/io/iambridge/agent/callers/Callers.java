package io.iambridge.agent.callers;

import io.iambridge.agent.address.CanonicalAddress;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.metrics.AgentMetrics;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
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
 * The callers of this node by address.
 *
 * <p>How it works. The state thread alone writes, in the order the server tells; every thread reads
 * without a lock. A request from an unknown address may be parked: a pod's first request is often
 * faster than the news of the pod, and most SDKs do not ask twice.
 *
 * <p>What the node itself sees of an address ({@link Peers}) may say that somebody else came to be
 * there since the server told of its caller. Such a caller is in doubt and nothing is served from
 * memory: the request waits as from an unknown address, and the server is asked to look again. What
 * it confirms holds for a second ({@link Confirmations}).
 *
 * <p>Servers do not hear everything at the same moment. A pod that was seen to leave its address,
 * or may have left it before this agent began, and that the next server names there, is held back
 * and its address unknown meanwhile, until that server says otherwise or has had the time to notice
 * ({@link Departures} has the rule).
 */
public final class Callers {
  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  private final Map<InetAddress, Placed> callers = new ConcurrentHashMap<>();
  private final Map<InetAddress, Held> held = new HashMap<>();
  private final Departures departures;
  private final ScheduledExecutorService state;
  private final BindingListener listener;
  private final Parking parking;
  private final Peers peers;
  private final Baselines baselines;
  private final Confirmations confirmations;
  private final AgentMetrics metrics;

  /** Counts snapshots: each begins a stream of its own, perhaps of another server. */
  private long stream;

  /**
   * A caller at its address.
   *
   * @param stamp of whom it is, by {@link Peers}; of no meaning for others than {@link Known}
   */
  private record Placed(Caller caller, long stamp) {}

  /** A caller that is not believed yet. */
  private record Held(Known caller, ScheduledFuture<?> release) {}

  /** An empty mirror that knows from the server alone who is at an address. */
  public Callers(
      BindingListener listener,
      ScheduledExecutorService state,
      InstantSource clock,
      AgentMetrics metrics) {
    this(listener, Peers.UNSEEN, Confirmer.NOBODY, state, clock, metrics);
  }

  /**
   * An empty mirror: everybody is unknown.
   *
   * @param peers what the node sees of addresses
   * @param confirmer is asked when that says that somebody else is there
   * @param state the state thread
   */
  public Callers(
      BindingListener listener,
      Peers peers,
      Confirmer confirmer,
      ScheduledExecutorService state,
      InstantSource clock,
      AgentMetrics metrics) {
    this.departures = new Departures(clock);
    this.peers = peers;
    this.baselines = new Baselines(peers);
    this.confirmations = new Confirmations(confirmer, this::askAgain, state, metrics);
    this.state = state;
    this.listener = listener;
    this.parking = new Parking(this, state, metrics);
    this.metrics = metrics;
  }

  /** Who calls from the address. Any thread. */
  public Caller find(InetAddress address) {
    InetAddress canonical = CanonicalAddress.of(address);
    Placed placed = callers.get(canonical);
    if (placed == null) {
      return Caller.UNKNOWN;
    }
    return placed.caller instanceof Known known && isInDoubt(canonical, known, placed.stamp)
        ? Caller.IN_DOUBT
        : placed.caller;
  }

  private boolean isInDoubt(InetAddress address, Known caller, long stamp) {
    // In this order: what is settled when it is read here, the stamp tells of.
    boolean changed = !peers.settled() || peers.stamp(address) != stamp;
    return changed && !confirmations.hold(address, caller.podUid());
  }

  /** Whether the server has told of a pod at the address, in doubt or not. Any thread. */
  public boolean isPlaced(InetAddress address) {
    Placed placed = callers.get(CanonicalAddress.of(address));
    return placed != null && placed.caller instanceof Known;
  }

  /** {@link Peers#settled} has become true again. State thread only. */
  public void peersSettled() {
    parking.addresses().forEach(this::wake);
  }

  /** Lets those go on that wait for the address, unless they have to wait on. */
  private void wake(InetAddress address) {
    Caller caller = find(address);
    if (Caller.isAwaited(caller)) {
      askIfInDoubt(address);
    } else {
      parking.arrived(address, caller);
    }
  }

  private void askAgain(InetAddress address) {
    if (parking.isWaitedFor(address)) {
      wake(address);
    }
  }

  /** State thread only. */
  void askIfInDoubt(InetAddress address) {
    // Until the signs are settled, it is not known whether there is anything to ask.
    if (!peers.settled()) {
      return;
    }
    Placed placed = callers.get(address);
    if (placed == null
        || !(placed.caller instanceof Known known)
        || !isInDoubt(address, known, placed.stamp)) {
      return;
    }
    // What changes while the server looks is not confirmed by what it sees.
    long stamp = peers.stamp(address);
    confirmations.ask(address, known.podUid(), () -> confirmed(address, known.podUid(), stamp));
  }

  private void confirmed(InetAddress address, String podUid, long stamp) {
    baselines.confirmed(address, podUid, stamp);
    callers.computeIfPresent(
        address,
        (_, placed) ->
            placed.caller instanceof Known known && known.podUid().equals(podUid)
                ? new Placed(known, stamp)
                : placed);
    wake(address);
  }

  /**
   * Waits for a caller that {@link Caller#isAwaited is awaited}, and answers exactly once, on the
   * state thread; with what it still is when patience ends. Any thread.
   *
   * @return false when too many wait already; then there will be no answer
   */
  public boolean await(InetAddress address, Duration patience, Consumer<Caller> answer) {
    return parking.park(CanonicalAddress.of(address), patience, answer);
  }

  /**
   * A change, on the stream that began with the last snapshot: the address has a new state; {@link
   * Caller#UNKNOWN} for nobody. State thread only.
   */
  public void put(InetAddress address, Caller caller) {
    told(CanonicalAddress.of(address), caller);
    metrics.callers(callers.size());
  }

  /**
   * A new stream begins with everything its server knows: an address that is not in it has no
   * caller. State thread only.
   */
  public void replaceAll(Map<InetAddress, Caller> snapshot) {
    stream++;
    Map<InetAddress, Caller> now = new HashMap<>();
    snapshot.forEach((address, caller) -> now.put(CanonicalAddress.of(address), caller));
    // New ones first: a session that moves from one address to another is then never dropped.
    now.forEach(this::told);
    Set<InetAddress> gone = new HashSet<>(callers.keySet());
    gone.addAll(held.keySet());
    gone.removeAll(now.keySet());
    gone.forEach(address -> told(address, Caller.UNKNOWN));
    metrics.callers(callers.size());
  }

  /** What the server says is believed, or held back. */
  private void told(InetAddress address, Caller caller) {
    Held before = held.remove(address);
    if (before != null) {
      before.release.cancel(/* mayInterruptIfRunning= */ false);
      left(address, before.caller, caller);
    }
    if (!(caller instanceof Known known)) {
      set(address, caller);
      return;
    }
    baselines.told(address, known.podUid());
    departures.named(address, known.podUid(), stream);
    Duration distrust = departures.distrust(address, known.podUid(), stream);
    if (distrust.isZero()) {
      set(address, caller);
    } else {
      set(address, Caller.UNKNOWN);
      hold(address, known, distrust);
    }
  }

  private void hold(InetAddress address, Known caller, Duration distrust) {
    LOG.atInfo()
        .addKeyValue("address", address.getHostAddress())
        .addKeyValue("pod", caller.namespace() + "/" + caller.podName())
        .addKeyValue("seconds", distrust.toSeconds())
        .log("A new watch names a pod that may be gone from its address: held back");
    ScheduledFuture<?> release =
        state.schedule(
            () -> {
              held.remove(address);
              set(address, caller);
              metrics.callers(callers.size());
            },
            distrust.toMillis(),
            TimeUnit.MILLISECONDS);
    held.put(address, new Held(caller, release));
  }

  private void set(InetAddress address, Caller caller) {
    Placed replaced =
        caller.equals(Caller.UNKNOWN)
            ? callers.remove(address)
            : callers.put(address, new Placed(caller, baselines.of(address)));
    Caller before = replaced == null ? Caller.UNKNOWN : replaced.caller;
    left(address, before, caller);
    if (caller instanceof Known known) {
      departures.arrived(address, known.podUid(), stream);
    }
    if (!caller.equals(before)) {
      tellListener(before, caller);
    }
    if (!caller.equals(Caller.UNKNOWN)) {
      wake(address);
    }
  }

  private void left(InetAddress address, Caller before, Caller after) {
    if (before instanceof Known gone
        && !(after instanceof Known known && known.podUid().equals(gone.podUid()))) {
      departures.left(address, gone.podUid(), stream);
    }
  }

  private void tellListener(Caller before, Caller after) {
    Binding unbound = binding(before);
    Binding bound = binding(after);
    if (bound != null && after instanceof Known known) {
      listener.bound(bound, known.podUid());
    }
    if (unbound != null && before instanceof Known known) {
      listener.unbound(unbound, known.podUid());
    }
  }

  private static @Nullable Binding binding(Caller caller) {
    return caller instanceof Known known && known.entitlement() instanceof Binding binding
        ? binding
        : null;
  }
}
