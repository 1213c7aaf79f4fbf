package io.iambridge.server.bindings;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Entitlement.Culprit;
import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.bindings.Entitlement.NoRole;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.policy.NamespaceRule;
import io.iambridge.server.policy.Verdict;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import java.util.Map;
import java.util.Optional;

/** What a pod may have as kiam decided it: by its annotations and its namespace's rule. Pure. */
final class KiamSessions {
  private final RoleResolver roles;
  private final SessionNames sessionNames;

  KiamSessions(RoleResolver roles, SessionNames sessionNames) {
    this.roles = roles;
    this.sessionNames = sessionNames;
  }

  Entitlement of(Pod pod, NamespaceRule rule) {
    Map<String, String> annotations = pod.annotations();
    String wanted = annotations.getOrDefault(Binder.ROLE, "");
    if (wanted.isEmpty()) {
      return new NoRole();
    }
    if (annotations.containsKey(Binder.MIRROR)) {
      return new Denial(
          Reason.INVALID_ROLE,
          "pod %s is the mirror of a static pod: nobody but its kubelet vouches for annotation %s"
              .formatted(pod.fullName(), Binder.ROLE),
          Culprit.POD);
    }
    RoleArn role;
    try {
      role = roles.resolve(wanted);
    } catch (IllegalArgumentException e) {
      return new Denial(
          Reason.INVALID_ROLE,
          "annotation %s of pod %s: %s".formatted(Binder.ROLE, pod.fullName(), e.getMessage()),
          Culprit.POD);
    }
    return switch (rule.check(role)) {
      case Verdict.Permitted() -> session(pod, role);
      case Verdict.Forbidden(Reason reason, String message) ->
          new Denial(reason, message, culprit(reason));
    };
  }

  private Entitlement session(Pod pod, RoleArn role) {
    Optional<String> externalId = ExternalIds.of(pod);
    if (externalId.isPresent() && !ExternalIds.isLegal(externalId.get())) {
      return new Denial(
          Reason.INVALID_SESSION, ExternalIds.complaint(pod, externalId.get()), Culprit.POD);
    }
    return new Entitlement.Binding(
        new Session(
            role,
            sessionNames.of(pod.annotations().getOrDefault(Binder.SESSION_NAME, "")),
            externalId,
            Map.of()));
  }

  /**
   * A role that a good rule does not permit is the pod's business; a rule that cannot be read is
   * not.
   */
  private static Culprit culprit(Reason reason) {
    return reason == Reason.INVALID_NAMESPACE_RULE ? Culprit.NAMESPACE : Culprit.POD;
  }
}
