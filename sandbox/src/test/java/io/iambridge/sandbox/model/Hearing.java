package io.iambridge.sandbox.model;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one process of an agent has heard, by whichever watch: how far it is with each object, who
 * it was told is not at an address any more, and who is there now.
 */
final class Hearing {
  /** How long an agent has to hold on to what it heard against a server that is late. */
  static final Duration REMEMBERED = Duration.ofSeconds(60);

  private record Place(InetAddress address, ModelPod pod) {}

  private record Heard(int watch, Instant at) {}

  private final int node;
  private final Map<Place, Heard> over = new HashMap<>();
  private final Map<Place, Heard> begun = new HashMap<>();
  private Instant last;
  private int watch;

  Hearing(int node, Cluster cluster, Instant now) {
    this.node = node;
    this.last = now;
    // Who knows nothing can act by nothing.
    cluster.objects().forEach(object -> object.heard(node, object.last()));
  }

  /** A watch of this server begins, which may be behind the one before it. */
  void watching(Cluster cluster, int server) {
    watch++;
    cluster
        .objects()
        .forEach(object -> object.heard(node, Math.min(object.heard(node), object.told(server))));
    cluster.namespaces.forEach(namespace ->
        namespace.heard(node, Math.min(namespace.heard(node), namespace.inForce(server))));
  }

  /** The agent has heard all that the server was told. */
  void upToDate(Cluster cluster, int server, Instant now) {
    for (ModelPod pod : cluster.pods) {
      if (pod.heard(node) == pod.told(server)) {
        continue;
      }
      ModelPod.Version before = pod.at(pod.heard(node));
      ModelPod.Version after = pod.at(pod.told(server));
      for (InetAddress address : claims(before)) {
        if ((after == null || !after.claims(node, address)) && wasNamed(cluster, pod, address)) {
          // It may have been heard at any time since the last look.
          over.put(new Place(address, pod), new Heard(watch, last));
        }
      }
      for (InetAddress address : claims(after)) {
        Place place = new Place(address, pod);
        over.computeIfPresent(place, (key, heard) -> heard.watch == watch ? null : heard);
        if (pod.tellsOfNow(after, address)
            && after != null
            && ModeRules.due(
                    after,
                    pod.namespace.at(pod.namespace.inForce(server)),
                    pod.account.at(pod.account.told(server)))
                .isKnown()) {
          begun.putIfAbsent(place, new Heard(watch, last));
        }
      }
    }
    begun.keySet().removeIf(place -> !place.pod.addresses.contains(place.address));
    cluster.namespaces.forEach(object -> object.heard(node, object.inForce(server)));
    cluster.accounts().forEach(object -> object.heard(node, object.told(server)));
    cluster.pods.forEach(object -> object.heard(node, object.told(server)));
    last = now;
  }

  /**
   * Whether the agent was told that the pod is there, without which it cannot hear of its end: by a
   * server that knew what it may have, and of nobody else who claims the address.
   */
  private boolean wasNamed(Cluster cluster, ModelPod pod, InetAddress address) {
    ModelPod.Version version = pod.at(pod.heard(node));
    return version != null
        && ModeRules.due(
                version,
                pod.namespace.at(pod.namespace.heard(node)),
                pod.account.at(pod.account.heard(node)))
            .isKnown()
        && cluster.pods.stream()
            .filter(other -> other != pod)
            .noneMatch(other -> claims(other.at(other.heard(node))).contains(address));
  }

  private Set<InetAddress> claims(ModelPod.@Nullable Version version) {
    return version != null
            && version.node() == node
            && !version.object().hostNetwork()
            && !version.object().ended()
        ? version.object().addresses()
        : Set.of();
  }

  /** Whether the agent was told lately that the pod is not at the address any more. */
  boolean knowsGone(InetAddress address, ModelPod pod, Instant now) {
    return lately(over.get(new Place(address, pod)), now);
  }

  /** Whether the agent was told lately that the pod is at the address, where it still is. */
  boolean knowsThere(InetAddress address, ModelPod pod, Instant now) {
    return lately(begun.get(new Place(address, pod)), now);
  }

  private static boolean lately(@Nullable Heard heard, Instant now) {
    return heard != null && now.isBefore(heard.at.plus(REMEMBERED));
  }
}
