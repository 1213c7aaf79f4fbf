package io.iambridge.server.callers;

import io.iambridge.server.bindings.Binder;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.ClusterListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.policy.NamespaceRule;
import io.iambridge.server.policy.NamespaceRules;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Knows who is calling from which address of which node, and what that caller may have; tells each
 * node's agents what changes.
 *
 * <h2>How it works</h2>
 *
 * Every change of an object touches the addresses that its pods claim or claimed, on their nodes,
 * and only those are looked at again. A pod whose namespace has not been seen is not a caller yet:
 * its agent says "not known yet", which a client may ask again, instead of a denial, which it takes
 * for final.
 *
 * <p>One lock guards everything; what happens under it is proportional to the change: a pod, or the
 * pods of a namespace. A tenant's expressions are compiled and tried before the lock is taken;
 * under it their verdicts are only looked up.
 */
public final class CallerIndex implements ClusterListener {
  private final NamespaceRules rules;
  private final Binder binder;
  private final CallersListener listener;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Known> pods = new HashMap<>();
  private final Map<String, Set<String>> podsByNamespace = new HashMap<>();
  private final Map<String, RuledNamespace> namespaces = new ConcurrentHashMap<>();
  private final Map<String, NodeCallers> nodes = new HashMap<>();
  private final AddressNodes addressNodes = new AddressNodes();
  private final SessionUse sessions = new SessionUse();

  /** A pod, and what it may have once its namespace is known. */
  private record Known(Pod pod, @Nullable Entitlement entitlement) {}

  private record RuledNamespace(Namespace namespace, NamespaceRule rule) {}

  /** With what decides, and who hears of it. */
  public CallerIndex(NamespaceRules rules, Binder binder, CallersListener listener) {
    this.rules = rules;
    this.binder = binder;
    this.listener = listener;
  }

  /**
   * Begins to follow a node.
   *
   * @param onChange called after each change, under the index's lock: must only wake somebody up
   *     who polls
   */
  public Subscription subscribe(String node, Runnable onChange) {
    Subscription subscription = new Subscription(this, node, onChange);
    lock.lock();
    try {
      callers(node).subscribe(subscription);
    } finally {
      lock.unlock();
    }
    return subscription;
  }

  void unsubscribe(Subscription subscription) {
    lock.lock();
    try {
      callers(subscription.node()).unsubscribe(subscription);
      forgetIfEmpty(subscription.node());
    } finally {
      lock.unlock();
    }
  }

  /**
   * The pod with the UID and what it may have now; empty when there is none, or its namespace is
   * not known yet.
   */
  public Optional<PodBinding> find(String podUid) {
    lock.lock();
    try {
      Known known = pods.get(podUid);
      return known == null || known.entitlement() == null
          ? Optional.empty()
          : Optional.of(new PodBinding(known.pod(), known.entitlement()));
    } finally {
      lock.unlock();
    }
  }

  /** Whether some pod that lives may have the session. */
  public boolean isInUse(Session session) {
    lock.lock();
    try {
      return sessions.contains(session);
    } finally {
      lock.unlock();
    }
  }

  /** Who is at the address of the node, as its agents are told. */
  public Occupant at(String node, InetAddress address) {
    lock.lock();
    try {
      NodeCallers callers = nodes.get(node);
      return callers == null ? new Occupant.Nobody() : callers.at(address);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Who is at the address, whatever the node, for those who do not know it. Where pods of more than
   * one node claim it, nobody is to be answered: which of them is told of late cannot be known.
   */
  public Occupant at(InetAddress address) {
    lock.lock();
    try {
      List<NodeCallers> claimed =
          addressNodes.of(address).stream()
              .flatMap(node -> Optional.ofNullable(nodes.get(node)).stream())
              .toList();
      return switch (claimed.size()) {
        case 0 -> new Occupant.Nobody();
        case 1 -> claimed.getFirst().at(address);
        default ->
            new Occupant.Several(
                claimed.stream()
                    .flatMap(callers -> callers.claimants(address).stream())
                    .sorted()
                    .toList());
      };
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void podChanged(Pod pod) {
    RuledNamespace namespace = namespaces.get(pod.namespace());
    if (namespace != null) {
      decideAhead(pod, namespace.rule());
    }
    lock.lock();
    try {
      podsByNamespace.computeIfAbsent(pod.namespace(), key -> new HashSet<>()).add(pod.uid());
      replace(pod.uid(), known(pod));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void podDeleted(String uid) {
    lock.lock();
    try {
      Known gone = pods.get(uid);
      if (gone != null) {
        replace(uid, null);
        podsByNamespace.computeIfPresent(
            gone.pod().namespace(),
            (key, uids) -> {
              uids.remove(uid);
              return uids.isEmpty() ? null : uids;
            });
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void namespaceChanged(Namespace namespace) {
    RuledNamespace before = namespaces.get(namespace.name());
    if (before != null && before.namespace().equals(namespace)) {
      return;
    }
    NamespaceRule rule = rules.read(namespace.name(), namespace.annotations());
    podsOf(namespace.name()).forEach(pod -> decideAhead(pod, rule));
    lock.lock();
    try {
      namespaces.put(namespace.name(), new RuledNamespace(namespace, rule));
      decideAgain(namespace.name());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void namespaceDeleted(String name) {
    lock.lock();
    try {
      namespaces.remove(name);
      decideAgain(name);
    } finally {
      lock.unlock();
    }
  }

  /** Nothing depends on service accounts while pods get their role by annotation alone. */
  @Override
  public void serviceAccountChanged(ServiceAccount serviceAccount) {}

  /** See {@link #serviceAccountChanged}. */
  @Override
  public void serviceAccountDeleted(String namespace, String name) {}

  /** The rule remembers what it says of the pod's role. */
  private void decideAhead(Pod pod, NamespaceRule rule) {
    var _ = binder.bind(pod, rule);
  }

  private List<Pod> podsOf(String namespace) {
    lock.lock();
    try {
      return podsByNamespace.getOrDefault(namespace, Set.of()).stream()
          .flatMap(uid -> Optional.ofNullable(pods.get(uid)).stream())
          .map(Known::pod)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  private void decideAgain(String namespace) {
    for (String uid : Set.copyOf(podsByNamespace.getOrDefault(namespace, Set.of()))) {
      Known before = pods.get(uid);
      if (before != null) {
        replace(uid, known(before.pod()));
      }
    }
  }

  private Known known(Pod pod) {
    RuledNamespace namespace = namespaces.get(pod.namespace());
    return new Known(pod, namespace == null ? null : binder.bind(pod, namespace.rule()));
  }

  /**
   * The one place where a pod changes: takes its old claims away, makes its new ones, then looks at
   * what both touched.
   */
  private void replace(String uid, @Nullable Known after) {
    Known before = after == null ? pods.remove(uid) : pods.put(uid, after);
    if (before != null) {
      sessions.remove(before.pod(), before.entitlement());
    }
    if (after != null) {
      sessions.add(after.pod(), after.entitlement());
    }
    Map<String, Set<InetAddress>> touched = new HashMap<>();
    if (before != null && before.pod().canCall()) {
      callers(before.pod().node()).remove(before.pod());
      touch(touched, before.pod());
    }
    if (after != null && after.pod().canCall()) {
      callers(after.pod().node()).put(after.pod(), after.entitlement());
      touch(touched, after.pod());
      touched
          .computeIfAbsent(after.pod().node(), key -> new LinkedHashSet<>())
          .addAll(callers(after.pod().node()).moved(after.pod()));
    }
    if (after != null
        && after.entitlement() != null
        && (before == null || !after.entitlement().equals(before.entitlement()))) {
      listener.entitled(after.pod(), after.entitlement());
    }
    touched.forEach((node, addresses) -> {
      callers(node).refresh(addresses);
      addresses.forEach(
          address -> addressNodes.put(address, node, callers(node).isClaimed(address)));
      forgetIfEmpty(node);
    });
  }

  private static void touch(Map<String, Set<InetAddress>> touched, Pod pod) {
    touched.computeIfAbsent(pod.node(), key -> new LinkedHashSet<>()).addAll(pod.addresses());
  }

  private NodeCallers callers(String node) {
    return nodes.computeIfAbsent(node, key -> new NodeCallers(node, listener));
  }

  private void forgetIfEmpty(String node) {
    nodes.computeIfPresent(node, (key, callers) -> callers.isEmpty() ? null : callers);
  }
}
