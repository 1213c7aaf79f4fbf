package io.iambridge.server.rehearsal;

import io.iambridge.server.bindings.Binder;
import io.iambridge.server.bindings.TargetSession;
import io.iambridge.server.bindings.TargetSessions;
import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Trial.How;
import io.iambridge.server.rehearsal.Trial.Pair;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.targets.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Finds what is to be tried in a namespace: every pair of a service account and a role that is in
 * use. Also workloads without a pod just now, such as a CronJob's, as far as a pod that has ended
 * or evidence tells of them. Pure.
 */
public final class Selection {
  /** Of a namespace; what is more is left out, which the trials say. */
  public static final int MAX = 500;

  private static final String LEFT_OUT =
      "left out: of a namespace's pairs of service account and role, the first %d are tried"
          .formatted(MAX);

  /** In place of what an annotation says that is no role: it may be of any length. */
  public static final String NO_ROLE = "invalid";

  private static final String POD_IDENTITY_AUDIENCE = "pods.eks.amazonaws.com";

  private static final Comparator<Pair> ORDER =
      Comparator.comparing(Pair::serviceAccount).thenComparing(Pair::role);

  private final Modes modes;
  private final RoleResolver roles;
  private final TargetSessions sessions;
  private final TargetChoice targets;

  /** Pods of one pair. */
  private static final class Group {
    private final List<Pod> pods = new ArrayList<>();
    private final Collection<Workload> workloads =
        new java.util.TreeSet<>(Comparator.comparing(Workload::kind).thenComparing(Workload::name));
  }

  /** With what decides of modes, roles, sessions and targets elsewhere. */
  public Selection(Modes modes, RoleResolver roles, TargetSessions sessions, TargetChoice targets) {
    this.modes = modes;
    this.roles = roles;
    this.sessions = sessions;
    this.targets = targets;
  }

  /** The mechanism that the namespace moves to. */
  public Target target(NamespaceView view) {
    return targets.of(view, modes.of(view.namespace()).mode());
  }

  /**
   * What is to be tried of the pods in certain modes, by service account and role.
   *
   * @param wanted the modes; of a workload without a pod, its namespace's counts
   * @param seen who has called lately
   */
  public List<Trial> trials(NamespaceView view, Predicate<Mode> wanted, List<Seen> seen) {
    return trials(view, wanted, seen, target(view));
  }

  /** The same for a target that somebody names. */
  public List<Trial> trials(
      NamespaceView view, Predicate<Mode> wanted, List<Seen> seen, Target target) {
    Map<Pair, Group> groups = new TreeMap<>(ORDER);
    for (Pod pod : view.pods()) {
      if (wanted.test(modes.of(view.namespace(), pod).mode())) {
        role(view, pod)
            .ifPresent(role -> {
              Group group =
                  groups.computeIfAbsent(new Pair(pod.serviceAccount(), role), key -> new Group());
              group.pods.add(pod);
              group.workloads.add(pod.origin().workload());
            });
      }
    }
    // A pod that has ended counts for a workload that is to come again, not for one that changed.
    groups.values().removeIf(group -> group.pods.stream().noneMatch(Selection::recurs));
    if (wanted.test(modes.of(view.namespace()).mode())) {
      for (Seen one : seen) {
        if (!one.role().isEmpty() && !hasPod(view, one.workload())) {
          groups
              .computeIfAbsent(new Pair(one.serviceAccount(), one.role()), key -> new Group())
              .workloads
              .add(one.workload());
        }
      }
    }
    List<Trial> trials = new ArrayList<>();
    groups.forEach((pair, group) -> {
      Trial trial = trial(view, target, pair, group);
      trials.add(trials.size() < MAX ? trial : trial.leftOut(LEFT_OUT));
    });
    return trials;
  }

  private static boolean hasPod(NamespaceView view, Workload workload) {
    return view.pods().stream().anyMatch(pod -> pod.origin().workload().equals(workload));
  }

  private static boolean isLive(Pod pod) {
    return pod.lives() && !pod.deleting();
  }

  private static boolean recurs(Pod pod) {
    String kind = pod.origin().workload().kind();
    return isLive(pod) || kind.equals("CronJob");
  }

  /** The ARN that the pod has, or is to have; empty when it is none of ours. */
  private Optional<String> role(NamespaceView view, Pod pod) {
    String own = pod.annotations().getOrDefault(Binder.ROLE, "");
    if (pod.annotations().containsKey(Binder.MIRROR) || pod.node().isEmpty()) {
      return Optional.empty();
    }
    if (own.isEmpty()) {
      return Optional.ofNullable(view.accounts().get(pod.serviceAccount()))
          .flatMap(Selection::accountsRole);
    }
    try {
      return Optional.of(roles.resolve(own).toString());
    } catch (IllegalArgumentException e) {
      // It gets nothing today either, and an Event of ours says why.
      return Optional.empty();
    }
  }

  private static Optional<String> accountsRole(ServiceAccount account) {
    Map<String, String> annotations = account.annotations();
    String target = annotations.getOrDefault(TargetSessions.TARGET_ROLE_ARN, "");
    String role = target.isEmpty() ? annotations.getOrDefault(TargetSessions.ROLE_ARN, "") : target;
    return role.isEmpty() ? Optional.empty() : Optional.of(checked(role));
  }

  private static String checked(String role) {
    try {
      return RoleArn.parse(role).toString();
    } catch (IllegalArgumentException e) {
      return NO_ROLE;
    }
  }

  /** The ARN that the pod's annotation, or else its account's, says; empty without either. */
  public static String roleNow(RoleResolver roles, NamespaceView view, Pod pod) {
    String own = pod.annotations().getOrDefault(Binder.ROLE, "");
    if (own.isEmpty()) {
      return Optional.ofNullable(view.accounts().get(pod.serviceAccount()))
          .map(account -> account.annotations().getOrDefault(TargetSessions.ROLE_ARN, ""))
          .map(role -> role.isEmpty() ? "" : checked(role))
          .orElse("");
    }
    try {
      return roles.resolve(own).toString();
    } catch (IllegalArgumentException e) {
      return NO_ROLE;
    }
  }

  private Trial trial(NamespaceView view, Target target, Pair pair, Group group) {
    Optional<ServiceAccount> account =
        Optional.ofNullable(view.accounts().get(pair.serviceAccount()));
    return new Trial(
        view.namespace().name(),
        pair.serviceAccount(),
        pair.role(),
        target,
        audience(target, account),
        List.copyOf(group.workloads),
        how(target, pair, group, account));
  }

  private How how(Target target, Pair pair, Group group, Optional<ServiceAccount> account) {
    if (account.isEmpty()) {
      return new How.Known(
          Finding.NO_SERVICE_ACCOUNT, "there is no service account " + pair.serviceAccount());
    }
    if (target == Target.IRSA) {
      Optional<How> known = knownOfIrsa(pair, account.get());
      if (known.isPresent()) {
        return known.get();
      }
    }
    // The oldest one: an attempt is by the same pod each time, which CloudTrail's readers see.
    Optional<Pod> pod =
        group.pods.stream()
            .filter(Selection::isLive)
            .min(Comparator.comparing((Pod one) -> one.origin().created()).thenComparing(Pod::uid));
    if (pod.isEmpty()) {
      return new How.Impossible(
          "no pod of " + group.workloads.iterator().next() + " lives, whose token it takes");
    }
    TargetSession session =
        target == Target.IRSA
            ? sessions.irsa(pod.get(), account.get(), Optional.empty())
            : sessions.podIdentity(pod.get(), account, Optional.empty());
    return switch (session) {
      case TargetSession.Found(var found) -> new How.Attempt(found);
      case TargetSession.Missing(Finding why, String message) -> new How.Known(why, message);
    };
  }

  private static Optional<How> knownOfIrsa(Pair pair, ServiceAccount account) {
    Optional<String> role = accountsRole(account);
    if (!account.annotations().containsKey(TargetSessions.ROLE_ARN) || role.isEmpty()) {
      return Optional.of(
          new How.Known(
              Finding.NO_ROLE_ON_SERVICE_ACCOUNT,
              "service account %s has no annotation %s"
                  .formatted(account.name(), TargetSessions.ROLE_ARN)));
    }
    for (String annotation : List.of(TargetSessions.ROLE_ARN, TargetSessions.TARGET_ROLE_ARN)) {
      String value = account.annotations().getOrDefault(annotation, "");
      try {
        if (!value.isEmpty()) {
          var _ = RoleArn.parse(value);
        }
      } catch (IllegalArgumentException e) {
        return Optional.of(
            new How.Known(
                Finding.INVALID_ROLE_ON_SERVICE_ACCOUNT,
                "annotation %s of service account %s: %s"
                    .formatted(annotation, account.name(), e.getMessage())));
      }
    }
    return role.get().equals(pair.role())
        ? Optional.empty()
        : Optional.of(
            new How.Known(
                Finding.DIFFERENT_ROLE,
                "service account %s has role %s, its pods have %s"
                    .formatted(account.name(), role.get(), pair.role())));
  }

  private static String audience(Target target, Optional<ServiceAccount> account) {
    if (target == Target.POD_IDENTITY) {
      return POD_IDENTITY_AUDIENCE;
    }
    String own =
        account.map(one -> one.annotations().getOrDefault(TargetSessions.AUDIENCE, "")).orElse("");
    return own.isEmpty() ? TargetSessions.DEFAULT_AUDIENCE : own;
  }
}
