package io.iambridge.server.callers;

import io.iambridge.server.cluster.Pod;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Tells which of the pods that claim an address of a node is the caller.
 *
 * <p>Kubernetes gives an address away again while the object of its last holder still exists: a pod
 * that is being deleted has lost its claim to one that is not, and of the rest the one that the
 * kubelet accepted last is the one that the network serves.
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
    boolean someStay = candidates.stream().anyMatch(pod -> !pod.deleting());
    List<Pod> claims = candidates.stream().filter(pod -> !someStay || !pod.deleting()).toList();
    Instant last =
        claims.stream().map(CallerSelection::started).max(Instant::compareTo).orElse(Instant.MIN);
    return claims.stream().filter(pod -> started(pod).equals(last)).toList();
  }

  private static Instant started(Pod pod) {
    return pod.started().orElse(Instant.MIN);
  }
}
