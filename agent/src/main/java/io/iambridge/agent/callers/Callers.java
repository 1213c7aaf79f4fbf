package io.iambridge.agent.callers;

import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.metrics.AgentMetrics;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The callers of this node by address.
 *
 * <p>How it works. The state thread alone writes, in the order the server tells; every thread reads
 * without a lock. A request from an unknown address may be parked: a pod's first request is often
 * faster than the news of the pod, and most SDKs do not ask twice.
 */
public final class Callers {
  private final Map<InetAddress, Caller> callers = new ConcurrentHashMap<>();
  private final BindingListener listener;
  private final Parking parking;
  private final AgentMetrics metrics;

  /**
   * An empty mirror: everybody is unknown.
   *
   * @param state the state thread
   */
  public Callers(BindingListener listener, ScheduledExecutorService state, AgentMetrics metrics) {
    this.listener = listener;
    this.parking = new Parking(this, state, metrics);
    this.metrics = metrics;
  }

  /** Who calls from the address. Any thread. */
  public Caller find(InetAddress address) {
    return callers.getOrDefault(Addresses.canonical(address), Caller.UNKNOWN);
  }

  /**
   * Waits for an unknown caller to become known, and answers exactly once, on the state thread;
   * with {@link Caller#UNKNOWN} when patience ends. Any thread.
   *
   * @return false when too many wait already; then there will be no answer
   */
  public boolean await(InetAddress address, Duration patience, Consumer<Caller> answer) {
    return parking.park(Addresses.canonical(address), patience, answer);
  }

  /** The address has a new state; {@link Caller#UNKNOWN} for nobody. State thread only. */
  public void put(InetAddress address, Caller caller) {
    set(Addresses.canonical(address), caller);
    metrics.callers(callers.size());
  }

  /** Everything the server knows: an address that is not in it has no caller. State thread only. */
  public void replaceAll(Map<InetAddress, Caller> snapshot) {
    Map<InetAddress, Caller> now = new HashMap<>();
    snapshot.forEach((address, caller) -> now.put(Addresses.canonical(address), caller));
    // New ones first: a session that moves from one address to another is then never dropped.
    now.forEach(this::set);
    List<InetAddress> gone =
        callers.keySet().stream().filter(address -> !now.containsKey(address)).toList();
    gone.forEach(address -> set(address, Caller.UNKNOWN));
    metrics.callers(callers.size());
  }

  private void set(InetAddress address, Caller caller) {
    Caller before =
        Objects.requireNonNullElse(
            caller.equals(Caller.UNKNOWN) ? callers.remove(address) : callers.put(address, caller),
            Caller.UNKNOWN);
    if (!caller.equals(before)) {
      tellListener(before, caller);
    }
    if (!caller.equals(Caller.UNKNOWN)) {
      parking.arrived(address, caller);
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
