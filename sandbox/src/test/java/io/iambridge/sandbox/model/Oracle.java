package io.iambridge.sandbox.model;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/** Knows what a pod may be answered. See {@link CallerModelTest} for the rule in words. */
final class Oracle {
  /** What an answer is. */
  enum Finding {
    /** The pod's own, by what the API says now. */
    RIGHT,
    /** The pod's own, by what the agent's server has not been told is over. */
    LATE,
    /** Another pod's, and nobody who answered had heard of either's end or beginning. */
    UNHEARD_OF,
    WRONG
  }

  private final Cluster cluster;

  Oracle(Cluster cluster) {
    this.cluster = cluster;
  }

  Finding judge(
      ModelPod asker, InetAddress address, Hearing hearing, Instant now, Predicate<Grant> given) {
    if (asker.hostNetwork) {
      return Finding.WRONG;
    }
    if (now(asker).filter(given).isPresent()) {
      return Finding.RIGHT;
    }
    int node = asker.node;
    if (mayHave(asker, node, version -> true, given)) {
      return Finding.LATE;
    }
    boolean excused =
        !hearing.knowsThere(address, asker, now)
            && unheard(asker, node, address)
            && cluster.pods.stream()
                .filter(pod -> pod != asker && !hearing.knowsGone(address, pod, now))
                .anyMatch(
                    pod -> mayHave(pod, node, version -> version.claims(node, address), given));
    return excused ? Finding.UNHEARD_OF : Finding.WRONG;
  }

  /** The pod's due by what the API says now. */
  Optional<Grant> now(ModelPod pod) {
    ModelPod.Version version = pod.now();
    ModelNamespace.Version namespace = pod.namespace.now();
    return version == null || namespace == null
        ? Optional.empty()
        : Rules.grant(version.role(), version.naming(), namespace.rule());
  }

  /** The status a pod gets when everybody has heard everything; zero when it may be either. */
  int statusNow(ModelPod pod) {
    ModelPod.Version version = pod.now();
    if (version == null || pod.hostNetwork) {
      return 503;
    }
    ModelNamespace.Version namespace = pod.namespace.now();
    return Rules.status(
        version.role(), version.naming(), namespace == null ? null : namespace.rule());
  }

  /** Whether the agent may not have heard that the pod is where it is. */
  private static boolean unheard(ModelPod pod, int node, InetAddress address) {
    // Of a pod whose namespace its server does not know an agent is told nothing.
    for (int i = Math.max(pod.namespace.heard(node), -1); i <= pod.namespace.last(); i++) {
      if (i < 0 || pod.namespace.at(i) == null) {
        return true;
      }
    }
    for (int i = Math.max(pod.heard(node), -1); i <= pod.last(); i++) {
      if (!pod.tellsOfNow(pod.at(i), address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is the pod's due by versions that the agent may still go by. */
  private static boolean mayHave(
      ModelPod pod, int node, Predicate<ModelPod.Version> version, Predicate<Grant> given) {
    for (int i = Math.max(pod.heard(node), 0); i <= pod.last(); i++) {
      ModelPod.Version state = pod.at(i);
      if (state == null || !version.test(state)) {
        continue;
      }
      for (int j = Math.max(pod.namespace.heard(node), 0); j <= pod.namespace.last(); j++) {
        ModelNamespace.Version namespace = pod.namespace.at(j);
        if (namespace != null
            && Rules.grant(state.role(), state.naming(), namespace.rule())
                .filter(given)
                .isPresent()) {
          return true;
        }
      }
    }
    return false;
  }
}
