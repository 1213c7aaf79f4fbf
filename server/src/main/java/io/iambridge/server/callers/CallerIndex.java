package io.iambridge.server.callers;

import io.iambridge.server.bindings.Binder;
import io.iambridge.server.bindings.Decision;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.ClusterListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.ModeDecision;
import io.iambridge.server.policy.NamespaceRule;
import io.iambridge.server.policy.NamespaceRules;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
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
 * and only those are looked at again. A pod whose namespace has not been seen, or whose service
 * account has not where everything hangs on that, is not a caller yet: its agent says "not known
 * yet", which a client may ask again, instead of a denial, which it takes for final.
 *
 * <p>One lock guards everything; what happens under it is proportional to the change: a pod, or the
 * pods of a namespace or of a service account. A tenant's expressions are compiled and tried before
 * the lock is taken; under it their verdicts are only looked up.
 */
public final class CallerIndex implements ClusterListener {
  private final NamespaceRules rules;
  private final Binder binder;
  private final CallersListener listener;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Known> pods = new HashMap<>();
  private final PodGroups groups = new PodGroups();
  private final Map<String, RuledNamespace> namespaces = new ConcurrentHashMap<>();
  private final Map<AccountKey, ServiceAccount> accounts = new ConcurrentHashMap<>();
  private final Map<String, NodeCallers> nodes = new HashMap<>();
  private final AddressNodes addressNodes = new AddressNodes();
  private final SessionUse sessions = new SessionUse();
  private final ModeCounts namespaceModes = new ModeCounts();
  private final ModeCounts podModes = new ModeCounts();

  /** A pod, and what it may have once its namespace is known. */
  private record Known(Pod pod, @Nullable Decision decision) {
    @Nullable Entitlement entitlement() {
      return decision == null ? null : decision.entitlement().orElse(null);
    }

    Optional<PodBinding> binding() {
      return decision == null ? Optional.empty() : PodBinding.of(pod, decision);
    }

    /** What the pod's own label says, if that is no mode. */
    Optional<String> unknownMode() {
      return decision != null && decision.mode().setBy() == ModeDecision.SetBy.POD
          ? decision.mode().unknown()
          : Optional.empty();
    }
  }

  private record RuledNamespace(Namespace namespace, NamespaceRule rule) {}

  private record AccountKey(String namespace, String name) {}

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
   * The pod with the UID and what it may have now; empty when there is none, or its namespace or
   * its service account, where that decides, is not known yet.
   */
  public Optional<PodBinding> find(String podUid) {
    lock.lock();
    try {
      return Optional.ofNullable(pods.get(podUid)).flatMap(Known::binding);
    } finally {
      lock.unlock();
    }
  }

  /** All pods of which is decided what they may have. */
  public List<PodBinding> pods() {
    lock.lock();
    try {
      return pods.values().stream().flatMap(known -> known.binding().stream()).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The pods of the namespace of which is decided what they may have. */
  public List<PodBinding> podsOf(String namespace) {
    lock.lock();
    try {
      return known(groups.of(namespace)).stream()
          .flatMap(known -> known.binding().stream())
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** All namespaces. */
  public List<Namespace> namespaces() {
    return namespaces.values().stream().map(RuledNamespace::namespace).toList();
  }

  /** The namespace; empty when there is none, or it has not been seen yet. */
  public Optional<Namespace> namespace(String name) {
    return Optional.ofNullable(namespaces.get(name)).map(RuledNamespace::namespace);
  }

  /** The service account; empty when there is none, or it has not been seen yet. */
  public Optional<ServiceAccount> serviceAccount(String namespace, String name) {
    return Optional.ofNullable(accounts.get(new AccountKey(namespace, name)));
  }

  /** How many namespaces are in each mode. */
  public ModeCounts namespaceModes() {
    return namespaceModes;
  }

  /** How many pods that live are in each mode. */
  public ModeCounts podModes() {
    return podModes;
  }

  /**
   * The sessions that pods of nodes which somebody follows here would come to if the namespace
   * changed to this.
   */
  public Set<Session> sessionsAfter(Namespace changed) {
    RuledNamespace before = namespaces.get(changed.name());
    if (before == null) {
      return Set.of();
    }
    NamespaceRule rule = ruleOf(changed, before);
    Set<Session> after = new LinkedHashSet<>();
    for (Known known : followed(changed.name())) {
      if (bind(known.pod(), new RuledNamespace(changed, rule)).entitlement().orElse(null)
              instanceof Entitlement.Binding(var session)
          && !new Entitlement.Binding(session).equals(known.entitlement())) {
        after.add(session);
      }
    }
    return after;
  }

  private List<Known> followed(String namespace) {
    lock.lock();
    try {
      return known(groups.of(namespace)).stream()
          .filter(known -> known.pod().lives())
          .filter(known -> {
            NodeCallers callers = nodes.get(known.pod().node());
            return callers != null && callers.isFollowed();
          })
          .toList();
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
    decideAhead(pod, namespaces.get(pod.namespace()));
    lock.lock();
    try {
      replace(pod.uid(), decided(pod));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void podDeleted(String uid) {
    lock.lock();
    try {
      replace(uid, null);
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
    RuledNamespace after = new RuledNamespace(namespace, ruleOf(namespace, before));
    knownOf(namespace.name()).forEach(known -> decideAhead(known.pod(), after));
    lock.lock();
    try {
      countNamespace(namespaces.put(namespace.name(), after), after);
      decideAgain(groups.of(namespace.name()));
    } finally {
      lock.unlock();
    }
  }

  /** A rule is read anew only with its annotations. */
  private NamespaceRule ruleOf(Namespace namespace, @Nullable RuledNamespace before) {
    return before != null && before.namespace().annotations().equals(namespace.annotations())
        ? before.rule()
        : rules.read(namespace.name(), namespace.annotations());
  }

  @Override
  public void namespaceDeleted(String name) {
    lock.lock();
    try {
      countNamespace(namespaces.remove(name), /* after= */ null);
      decideAgain(groups.of(name));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void serviceAccountChanged(ServiceAccount account) {
    lock.lock();
    try {
      ServiceAccount before =
          accounts.put(new AccountKey(account.namespace(), account.name()), account);
      if (!account.equals(before)) {
        decideAgain(groups.of(account.namespace(), account.name()));
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void serviceAccountDeleted(String namespace, String name) {
    lock.lock();
    try {
      accounts.remove(new AccountKey(namespace, name));
      decideAgain(groups.of(namespace, name));
    } finally {
      lock.unlock();
    }
  }

  private void countNamespace(@Nullable RuledNamespace before, @Nullable RuledNamespace after) {
    Optional<String> unknownBefore = Optional.empty();
    if (before != null) {
      ModeDecision mode = binder.modes().of(before.namespace());
      namespaceModes.remove(mode);
      unknownBefore = mode.unknown();
    }
    if (after != null) {
      ModeDecision mode = binder.modes().of(after.namespace());
      namespaceModes.add(mode);
      if (!mode.unknown().equals(unknownBefore)) {
        mode.unknown().ifPresent(value -> listener.unknownMode(after.namespace(), value));
      }
    }
  }

  /** The rule remembers what it says of the pod's role. */
  private void decideAhead(Pod pod, @Nullable RuledNamespace namespace) {
    if (namespace != null) {
      var _ = bind(pod, namespace);
    }
  }

  private List<Known> knownOf(String namespace) {
    lock.lock();
    try {
      return known(groups.of(namespace));
    } finally {
      lock.unlock();
    }
  }

  private List<Known> known(Collection<String> uids) {
    return uids.stream().flatMap(uid -> Optional.ofNullable(pods.get(uid)).stream()).toList();
  }

  private void decideAgain(Collection<String> uids) {
    for (Known before : known(uids)) {
      replace(before.pod().uid(), decided(before.pod()));
    }
  }

  private Known decided(Pod pod) {
    RuledNamespace namespace = namespaces.get(pod.namespace());
    return new Known(pod, namespace == null ? null : bind(pod, namespace));
  }

  private Decision bind(Pod pod, RuledNamespace namespace) {
    return binder.bind(
        pod,
        namespace.rule(),
        namespace.namespace(),
        serviceAccount(pod.namespace(), pod.serviceAccount()));
  }

  /**
   * The one place where a pod changes: takes its old claims away, makes its new ones, then looks at
   * what both touched.
   */
  private void replace(String uid, @Nullable Known after) {
    Known before = after == null ? pods.remove(uid) : pods.put(uid, after);
    if (before != null) {
      forget(before);
    }
    if (after != null) {
      remember(after);
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
    if (after != null) {
      tell(before, after);
    }
    touched.forEach((node, addresses) -> {
      callers(node).refresh(addresses);
      addresses.forEach(
          address -> addressNodes.put(address, node, callers(node).isClaimed(address)));
      forgetIfEmpty(node);
    });
  }

  private void forget(Known before) {
    groups.remove(before.pod());
    sessions.remove(before.pod(), before.entitlement());
    if (before.decision() != null && before.pod().lives()) {
      podModes.remove(before.decision());
    }
  }

  private void remember(Known after) {
    groups.add(after.pod());
    sessions.add(after.pod(), after.entitlement());
    if (after.decision() != null && after.pod().lives()) {
      podModes.add(after.decision());
    }
  }

  private void tell(@Nullable Known before, Known after) {
    Optional<PodBinding> told = before == null ? Optional.empty() : before.binding();
    after
        .binding()
        .filter(binding -> told.filter(binding::saysTheSame).isEmpty())
        .ifPresent(listener::entitled);
    Optional<String> unknown = after.unknownMode();
    if (before == null || !unknown.equals(before.unknownMode())) {
      unknown.ifPresent(value -> listener.unknownMode(after.pod(), value));
    }
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
