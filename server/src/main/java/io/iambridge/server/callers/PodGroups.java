package io.iambridge.server.callers;

import io.iambridge.server.cluster.Pod;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The UIDs of pods by namespace and service account. Not thread-safe. */
final class PodGroups {
  private final Map<String, Map<String, Set<String>>> uids = new HashMap<>();

  void add(Pod pod) {
    uids.computeIfAbsent(pod.namespace(), _ -> new HashMap<>())
        .computeIfAbsent(pod.serviceAccount(), _ -> new HashSet<>(2))
        .add(pod.uid());
  }

  void remove(Pod pod) {
    uids.computeIfPresent(
        pod.namespace(),
        (_, accounts) -> {
          accounts.computeIfPresent(
              pod.serviceAccount(),
              (_, pods) -> {
                pods.remove(pod.uid());
                return pods.isEmpty() ? null : pods;
              });
          return accounts.isEmpty() ? null : accounts;
        });
  }

  /** A copy. */
  List<String> of(String namespace) {
    return uids.getOrDefault(namespace, Map.of()).values().stream().flatMap(Set::stream).toList();
  }

  /** A copy. */
  List<String> of(String namespace, String serviceAccount) {
    return List.copyOf(
        uids.getOrDefault(namespace, Map.of()).getOrDefault(serviceAccount, Set.of()));
  }
}
