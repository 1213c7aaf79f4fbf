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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts a pod's annotations and its namespace's rule together. Pure: the same objects give the same
 * entitlement.
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

  // STS API reference, AssumeRole, ExternalId.
  private static final Pattern EXTERNAL_ID_PATTERN =
      Pattern.compile("[A-Za-z0-9_+=,.@:/-]{2,1224}");

  private static final Pattern EXTERNAL_ID_CHARACTERS = Pattern.compile("[A-Za-z0-9_+=,.@:/-]*");

  private final RoleResolver roles;
  private final SessionNames sessionNames;

  /** With what turns annotations into AWS's names. */
  public Binder(RoleResolver roles, SessionNames sessionNames) {
    this.roles = roles;
    this.sessionNames = sessionNames;
  }

  /** What the pod may have while its namespace has the rule. */
  public Entitlement bind(Pod pod, NamespaceRule rule) {
    Map<String, String> annotations = pod.annotations();
    String wanted = annotations.getOrDefault(ROLE, "");
    if (wanted.isEmpty()) {
      return new NoRole();
    }
    if (annotations.containsKey(MIRROR)) {
      return new Denial(
          Reason.INVALID_ROLE,
          "pod %s is the mirror of a static pod: nobody but its kubelet vouches for annotation %s"
              .formatted(pod.fullName(), ROLE),
          Culprit.POD);
    }
    RoleArn role;
    try {
      role = roles.resolve(wanted);
    } catch (IllegalArgumentException e) {
      return new Denial(
          Reason.INVALID_ROLE,
          "annotation %s of pod %s: %s".formatted(ROLE, pod.fullName(), e.getMessage()),
          Culprit.POD);
    }
    return switch (rule.check(role)) {
      case Verdict.Permitted() -> session(pod, role);
      case Verdict.Forbidden(Reason reason, String message) ->
          new Denial(reason, message, culprit(reason));
    };
  }

  private Entitlement session(Pod pod, RoleArn role) {
    String externalId = pod.annotations().getOrDefault(EXTERNAL_ID, "");
    if (!externalId.isEmpty() && !EXTERNAL_ID_PATTERN.matcher(externalId).matches()) {
      return new Denial(
          Reason.INVALID_SESSION,
          // Not the value: it is often right but for a line feed, and others trust in it.
          "annotation %s of pod %s is not 2 to 1224 letters, digits or _+=,.@:/- (of its %d characters the first %d are legal)"
              .formatted(
                  EXTERNAL_ID, pod.fullName(), externalId.length(), legalCharacters(externalId)),
          Culprit.POD);
    }
    return new Entitlement.Binding(
        new Session(
            role,
            sessionNames.of(pod.annotations().getOrDefault(SESSION_NAME, "")),
            externalId.isEmpty() ? Optional.empty() : Optional.of(externalId),
            Map.of()));
  }

  private static int legalCharacters(String externalId) {
    Matcher legal = EXTERNAL_ID_CHARACTERS.matcher(externalId);
    return legal.lookingAt() ? legal.end() : 0;
  }

  /**
   * A role that a good rule does not permit is the pod's business; a rule that cannot be read is
   * not.
   */
  private static Culprit culprit(Reason reason) {
    return reason == Reason.INVALID_NAMESPACE_RULE ? Culprit.NAMESPACE : Culprit.POD;
  }
}
