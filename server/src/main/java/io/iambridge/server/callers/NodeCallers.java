package io.iambridge.server.callers;

import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.Pod;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The callers of one node by address, and who wants to know of them. Guarded by the index's lock.
 *
 * <p>What an agent was told last is kept beside what is so, and only a difference is told.
 */
final class NodeCallers {
  private final String node;
  private final Map<InetAddress, Map<String, Claim>> candidates = new HashMap<>();

  /**
   * Pods that lost an address to one that started later: they do not get it back when that one
   * goes. What they say of it is old until they have started anew, or {@link #moved} tells that it
   * was the other one's word that was old.
   */
  private final Map<InetAddress, Map<String, Loss>> outdated = new HashMap<>();

  private final Map<InetAddress, Occupant> occupants = new HashMap<>();
  private final List<Subscription> subscriptions = new ArrayList<>();
  private final CallersListener listener;

  /**
   * A pod that claims an address, with what it may have once its namespace is known. Before that it
   * is nobody's caller, but its claim counts: the address is not its predecessor's any more.
   */
  private record Claim(Pod pod, @Nullable Entitlement entitlement) {}

  /**
   * How a pod lost an address.
   *
   * @param started the pod's own start
   * @param to the pod it was lost to; null when there were several
   * @param toStarted that pod's start
   */
  private record Loss(Instant started, @Nullable String to, @Nullable Instant toStarted) {
    static Loss of(Instant started, List<Pod> pods) {
      List<Pod> later =
          pods.stream().filter(pod -> CallerSelection.started(pod).isAfter(started)).toList();
      return later.size() == 1
          ? new Loss(started, later.getFirst().uid(), CallerSelection.started(later.getFirst()))
          : new Loss(started, /* to= */ null, /* toStarted= */ null);
    }

    boolean isTo(Pod pod) {
      return pod.uid().equals(to) && CallerSelection.started(pod).equals(toStarted);
    }
  }

  NodeCallers(String node, CallersListener listener) {
    this.node = node;
    this.listener = listener;
  }

  boolean isEmpty() {
    return candidates.isEmpty() && subscriptions.isEmpty();
  }

  /** Whether an agent of the node is connected here. */
  boolean isFollowed() {
    return !subscriptions.isEmpty();
  }

  Occupant at(InetAddress address) {
    return occupants.getOrDefault(address, new Occupant.Nobody());
  }

  boolean isClaimed(InetAddress address) {
    return candidates.containsKey(address);
  }

  /** The full names of the pods that claim the address. */
  List<String> claimants(InetAddress address) {
    return candidates.getOrDefault(address, Map.of()).values().stream()
        .map(claim -> claim.pod().fullName())
        .toList();
  }

  void put(Pod pod, @Nullable Entitlement entitlement) {
    for (InetAddress address : pod.addresses()) {
      candidates
          .computeIfAbsent(address, key -> new HashMap<>())
          .put(pod.uid(), new Claim(pod, entitlement));
    }
  }

  void remove(Pod pod) {
    for (InetAddress address : pod.addresses()) {
      Map<String, Claim> claims = candidates.get(address);
      if (claims != null) {
        claims.remove(pod.uid());
        if (claims.isEmpty()) {
          candidates.remove(address);
        }
      }
    }
  }

  /**
   * A pod's status has come. One that has other addresses and yet the start it took an address with
   * has a start that says nothing of its network: whom it took the address from may be there, if it
   * lives.
   *
   * @return the addresses that may have another caller by that
   */
  Set<InetAddress> moved(Pod pod) {
    Set<InetAddress> free = new HashSet<>();
    if (!pod.addresses().isEmpty()) {
      outdated.forEach((address, lost) -> {
        Map<String, Claim> claims = candidates.getOrDefault(address, Map.of());
        if (!pod.addresses().contains(address)
            && lost.entrySet()
                .removeIf(loss -> {
                  Claim claim = claims.get(loss.getKey());
                  return loss.getValue().isTo(pod) && claim != null && !claim.pod.deleting();
                })) {
          free.add(address);
        }
      });
    }
    return free;
  }

  /** Looks at the addresses again and tells what is different now. */
  void refresh(Collection<InetAddress> addresses) {
    for (InetAddress address : addresses) {
      Occupant now = occupant(address);
      Occupant before = occupants.getOrDefault(address, new Occupant.Nobody());
      if (now.equals(before)) {
        continue;
      }
      if (now instanceof Occupant.Nobody) {
        occupants.remove(address);
      } else {
        occupants.put(address, now);
      }
      if (now instanceof Occupant.Several(List<String> pods)) {
        listener.ambiguous(node, address, pods);
      }
      subscriptions.forEach(subscription -> subscription.publish(address, now));
    }
  }

  void subscribe(Subscription subscription) {
    occupants.forEach(subscription::add);
    subscriptions.add(subscription);
  }

  void unsubscribe(Subscription subscription) {
    subscriptions.remove(subscription);
  }

  private Occupant occupant(InetAddress address) {
    Map<String, Claim> claims = candidates.getOrDefault(address, Map.of());
    List<Pod> selected = CallerSelection.select(current(address, claims));
    return switch (selected.size()) {
      case 0 -> new Occupant.Nobody();
      case 1 -> {
        Pod pod = selected.getFirst();
        Claim claim = claims.get(pod.uid());
        Entitlement entitlement = claim == null ? null : claim.entitlement();
        yield entitlement == null
            ? new Occupant.Nobody()
            : new Occupant.One(Caller.of(pod, entitlement));
      }
      default -> new Occupant.Several(selected.stream().map(Pod::fullName).sorted().toList());
    };
  }

  /** The claims that no later one has made void. */
  private List<Pod> current(InetAddress address, Map<String, Claim> claims) {
    List<Pod> pods = claims.values().stream().map(Claim::pod).toList();
    Map<String, Loss> lost = outdated.getOrDefault(address, Map.of());
    if (pods.size() <= 1 && lost.isEmpty()) {
      outdated.remove(address);
      return pods;
    }
    Instant last =
        pods.stream().map(CallerSelection::started).max(Instant::compareTo).orElse(Instant.MIN);
    Map<String, Loss> now = new HashMap<>();
    for (Pod pod : pods) {
      Instant started = CallerSelection.started(pod);
      Loss before = lost.get(pod.uid());
      Loss kept = before != null && before.started.equals(started) ? before : null;
      if (started.isBefore(last)) {
        Loss loss = Loss.of(started, pods);
        boolean several = kept != null && !kept.equals(loss);
        now.put(
            pod.uid(), several ? new Loss(started, /* to= */ null, /* toStarted= */ null) : loss);
      } else if (kept != null) {
        now.put(pod.uid(), kept);
      }
    }
    if (now.isEmpty()) {
      outdated.remove(address);
    } else {
      outdated.put(address, now);
    }
    return pods.stream()
        .filter(pod -> {
          Loss loss = lost.get(pod.uid());
          return loss == null || !loss.started.equals(CallerSelection.started(pod));
        })
        .toList();
  }
}
