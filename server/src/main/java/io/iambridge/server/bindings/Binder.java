package io.iambridge.server.bindings;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Entitlement.Binding;
import io.iambridge.server.bindings.Entitlement.Culprit;
import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.bindings.Entitlement.NoRole;
import io.iambridge.server.bindings.TargetSession.Found;
import io.iambridge.server.bindings.TargetSession.Missing;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.ModeDecision;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.policy.NamespaceRule;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import java.util.Optional;

/**
 * Puts a pod, its namespace with its rule, and its service account together. Pure: the same objects
 * give the same decision.
 */
public final class Binder {
  /** kiam's and kube2iam's annotation. */
  public static final String ROLE = "iam.amazonaws.com/role";

  /** kiam's annotation. */
  public static final String SESSION_NAME = "iam.amazonaws.com/session-name";

  /** kiam's and kube2iam's annotation. */
  public static final String EXTERNAL_ID = "iam.amazonaws.com/external-id";

  /**
   * On the image of a static pod. A kubelet may make such pods of its node in any namespace, with
   * any annotation (Kubernetes, "Using Node Authorization", NodeRestriction), and whoever took a
   * node could so name any role that any namespace permits.
   */
  public static final String MIRROR = "kubernetes.io/config.mirror";

  private final Modes modes;
  private final KiamSessions kiam;
  private final TargetSessions targets;

  /** With what turns annotations into AWS's names; namespaces without a label are kiam's. */
  public Binder(RoleResolver roles, SessionNames sessionNames) {
    this(roles, sessionNames, new Modes(Mode.KIAM));
  }

  /** The same, with what decides modes. */
  public Binder(RoleResolver roles, SessionNames sessionNames, Modes modes) {
    this.modes = modes;
    this.kiam = new KiamSessions(roles, sessionNames);
    this.targets = new TargetSessions(roles);
  }

  /** What decides modes. */
  public Modes modes() {
    return modes;
  }

  /**
   * What the pod may have.
   *
   * @param rule its namespace's
   * @param account its service account; empty while that has not been seen, and when it is gone
   */
  public Decision bind(
      Pod pod, NamespaceRule rule, Namespace namespace, Optional<ServiceAccount> account) {
    ModeDecision mode = modes.of(namespace, pod);
    return switch (mode.mode()) {
      case KIAM, REHEARSE -> Decision.of(mode, kiam.of(pod, rule));
      case RETIRED -> Decision.of(mode, retired(pod, mode));
      case IRSA, POD_IDENTITY -> target(pod, rule, mode, account);
    };
  }

  private static Denial retired(Pod pod, ModeDecision mode) {
    String where =
        switch (mode.setBy()) {
          case POD -> "by the label %s=retired of the pod".formatted(Mode.LABEL);
          case NAMESPACE ->
              "by the label %s=retired of namespace %s".formatted(Mode.LABEL, pod.namespace());
          case DEFAULT ->
              "by --default-mode, since namespace %s has no label %s"
                  .formatted(pod.namespace(), Mode.LABEL);
        };
    return new Denial(
        Reason.RETIRED,
        ("pod %s is retired %s: nothing is served to it here any more. Let it use IRSA or EKS Pod"
                + " Identity itself (restart it if it began before that was set up, and remove what still"
                + " calls this address), or set the label back.")
            .formatted(pod.fullName(), where),
        mode.setBy() == ModeDecision.SetBy.NAMESPACE ? Culprit.NAMESPACE : Culprit.POD);
  }

  private Decision target(
      Pod pod, NamespaceRule rule, ModeDecision mode, Optional<ServiceAccount> account) {
    Entitlement kiams = kiam.of(pod, rule);
    if (pod.annotations().containsKey(MIRROR)) {
      return Decision.of(mode, kiams);
    }
    Optional<Session> fallback =
        mode.fallback() && kiams instanceof Binding(var session)
            ? Optional.of(session)
            : Optional.empty();
    boolean accountsWordCounts =
        mode.mode() == Mode.IRSA || pod.annotations().getOrDefault(ROLE, "").isEmpty();
    if (accountsWordCounts && account.isEmpty()) {
      return withoutAccount(pod, mode, kiams, fallback.isPresent());
    }
    TargetSession target =
        mode.mode() == Mode.IRSA
            ? targets.irsa(pod, account.orElseThrow(), fallback)
            : targets.podIdentity(pod, account, fallback);
    return switch (target) {
      case Found(var session) -> Decision.of(mode, new Binding(session));
      case Missing missing -> missing(pod, mode, kiams, missing);
    };
  }

  /** Its account may only be late: the watches of pods and accounts do not wait for each other. */
  private static Decision withoutAccount(
      Pod pod, ModeDecision mode, Entitlement kiams, boolean fallback) {
    return fallback || pod.serviceAccount().isEmpty()
        ? missing(pod, mode, kiams, TargetSessions.noAccount(pod))
        : new Decision(mode, Optional.empty(), Optional.empty());
  }

  private static Decision missing(Pod pod, ModeDecision mode, Entitlement kiams, Missing missing) {
    if (mode.fallback() && kiams instanceof Binding) {
      return new Decision(mode, Optional.of(kiams), Optional.of(missing.why()));
    }
    Reason reason =
        switch (missing.why()) {
          case NO_SERVICE_ACCOUNT, NO_ROLE_ON_SERVICE_ACCOUNT -> Reason.NO_TARGET_ROLE;
          case REQUEST_REJECTED -> Reason.INVALID_SESSION;
          default -> Reason.INVALID_ROLE;
        };
    if (reason == Reason.NO_TARGET_ROLE && kiams instanceof NoRole) {
      return Decision.of(mode, kiams);
    }
    String otherwise =
        !mode.fallback()
            ? "falling back is switched off (%s=false)".formatted(Modes.FALLBACK)
            : "nothing to fall back to: "
                + (kiams instanceof Denial denial
                    ? denial.message()
                    : "the pod has no annotation " + ROLE);
    return Decision.of(
        mode,
        new Denial(
            reason,
            "mode %s of pod %s: %s; %s"
                .formatted(mode.mode().label(), pod.fullName(), missing.message(), otherwise),
            Culprit.POD));
  }
}
