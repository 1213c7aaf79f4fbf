package io.iambridge.sandbox.model;

import java.net.InetAddress;
import java.time.Instant;
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
    if (now(asker).grants().stream().anyMatch(given)) {
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
  Due now(ModelPod pod) {
    ModelPod.Version version = pod.now();
    return version == null
        ? Due.none(503)
        : ModeRules.due(version, pod.namespace.now(), pod.account.now());
  }

  /** The status a pod gets when everybody has heard everything; zero when it may be either. */
  int statusNow(ModelPod pod) {
    return pod.hostNetwork ? 503 : now(pod).status();
  }

  /** Whether the agent may not have heard that the pod is where it is. */
  private static boolean unheard(ModelPod pod, int node, InetAddress address) {
    for (int i = pod.heard(node); i <= pod.last(); i++) {
      ModelPod.Version state = pod.at(i);
      // Of a pod of which its server does not know what it may have an agent is told nothing.
      if (state == null
          || !pod.tellsOfNow(state, address)
          || anyDue(pod, state, node, due -> !due.isKnown())) {
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
      if (state != null
          && version.test(state)
          && anyDue(pod, state, node, due -> due.grants().stream().anyMatch(given))) {
        return true;
      }
    }
    return false;
  }

  /** Over what the agent may take the pod's namespace and its service account to be. */
  private static boolean anyDue(
      ModelPod pod, ModelPod.Version state, int node, Predicate<Due> wanted) {
    for (int i = pod.namespace.heard(node); i <= pod.namespace.last(); i++) {
      for (int j = pod.account.heard(node); j <= pod.account.last(); j++) {
        if (wanted.test(ModeRules.due(state, pod.namespace.at(i), pod.account.at(j)))) {
          return true;
        }
      }
    }
    return false;
  }
}
