package io.iambridge.server.callers;

import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Session;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the pods that may have each session. Not thread-safe. */
final class SessionUse {
  private final Map<Session, Integer> pods = new HashMap<>();

  void add(Pod pod, @Nullable Entitlement entitlement) {
    if (pod.lives() && entitlement instanceof Entitlement.Binding(var session)) {
      pods.merge(session, 1, Integer::sum);
    }
  }

  /** Takes back what was added with the same arguments. */
  void remove(Pod pod, @Nullable Entitlement entitlement) {
    if (pod.lives() && entitlement instanceof Entitlement.Binding(var session)) {
      pods.computeIfPresent(session, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  boolean contains(Session session) {
    return pods.containsKey(session);
  }
}
