package io.iambridge.server.callers;

import io.iambridge.server.cluster.Pod;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Tells which of the pods that claim an address of a node is the caller.
 *
 * <p>Kubernetes gives an address away again while the object of its last holder still says that it
 * lives there. Two things speak for a pod: it got its network last, and it is not being deleted.
 * Where they speak for different pods nobody is the caller: a pod that is being deleted may still
 * run, at an address of one whose new address the kubelet has not told yet.
 */
final class CallerSelection {
  private CallerSelection() {}

  /**
   * The pods that cannot be told apart: one is the caller, none is nobody, several is an address to
   * refuse.
   *
   * @param candidates pods of one node that claim one address and {@link Pod#canCall can call}
   */
  static List<Pod> select(Collection<Pod> candidates) {
    if (candidates.size() <= 1) {
      return List.copyOf(candidates);
    }
    Instant last =
        candidates.stream()
            .map(CallerSelection::started)
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
    List<Pod> latest = candidates.stream().filter(pod -> started(pod).equals(last)).toList();
    boolean stays = latest.stream().anyMatch(pod -> !pod.deleting());
    return candidates.stream()
        .filter(pod -> latest.contains(pod) || (!stays && !pod.deleting()))
        .toList();
  }

  /** When it started; before everybody else when it does not say. */
  static Instant started(Pod pod) {
    return pod.started().orElse(Instant.MIN);
  }
}
