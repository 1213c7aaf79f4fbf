package io.iambridge.server.bindings;

import io.iambridge.server.bindings.TargetSession.Found;
import io.iambridge.server.bindings.TargetSession.Missing;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.TargetSessionNames;
import io.iambridge.server.targets.Finding;
import java.util.Map;
import java.util.Optional;

/**
 * Finds a pod's session by the mechanism that its namespace moves to: to serve it, or to try it
 * before. A namespace's rule is not asked, as IRSA and Pod Identity would not: IAM's trust policy
 * and EKS's association decide. Pure.
 */
public final class TargetSessions {
  /** IRSA's annotation of a service account. */
  public static final String ROLE_ARN = "eks.amazonaws.com/role-arn";

  /** IRSA's annotation of a service account (amazon-eks-pod-identity-webhook). */
  public static final String AUDIENCE = "eks.amazonaws.com/audience";

  /**
   * Our annotation of a service account: the role that its pods get, assumed with the credentials
   * of {@link #ROLE_ARN}. For roles of accounts that have no OIDC provider of the cluster.
   */
  public static final String TARGET_ROLE_ARN = "iambridge.io/target-role-arn";

  /** What IRSA takes where a service account names no audience. */
  public static final String DEFAULT_AUDIENCE = "sts.amazonaws.com";

  private final RoleResolver roles;

  /** With what turns pods' annotations into ARNs. */
  public TargetSessions(RoleResolver roles) {
    this.roles = roles;
  }

  /**
   * The session by the pod's service account's role.
   *
   * @param account the pod's
   * @param fallback what to take when AWS gives no credentials for it
   */
  public TargetSession irsa(Pod pod, ServiceAccount account, Optional<Session> fallback) {
    Map<String, String> annotations = account.annotations();
    String accountsRole = annotations.getOrDefault(ROLE_ARN, "");
    String targetRole = annotations.getOrDefault(TARGET_ROLE_ARN, "");
    if (accountsRole.isEmpty()) {
      return noRole(pod);
    }
    RoleArn first;
    try {
      first = RoleArn.parse(accountsRole);
    } catch (IllegalArgumentException e) {
      return invalid(pod, ROLE_ARN, e);
    }
    RoleArn role;
    try {
      role = targetRole.isEmpty() ? first : RoleArn.parse(targetRole);
    } catch (IllegalArgumentException e) {
      return invalid(pod, TARGET_ROLE_ARN, e);
    }
    String audience = annotations.getOrDefault(AUDIENCE, "");
    boolean chained = !targetRole.isEmpty();
    // AssumeRoleWithWebIdentity knows no external id; the second role's trust policy may.
    Optional<String> externalId = chained ? ExternalIds.of(pod) : Optional.empty();
    if (externalId.isPresent() && !ExternalIds.isLegal(externalId.get())) {
      return new Missing(Finding.REQUEST_REJECTED, ExternalIds.complaint(pod, externalId.get()));
    }
    return new Found(
        new Session(
            role,
            name(pod),
            externalId,
            Map.of(),
            new Mechanism.WebIdentity(
                podAccount(pod),
                audience.isEmpty() ? DEFAULT_AUDIENCE : audience,
                chained ? Optional.of(first) : Optional.empty(),
                fallback)));
  }

  /**
   * The session by the service account's Pod Identity association. Only EKS knows which role that
   * has: expected is the one that the pod's annotation names, or its account's.
   *
   * @param account the pod's; not asked when the pod names a role itself
   * @param fallback what to take when EKS gives no credentials of that role
   */
  public TargetSession podIdentity(
      Pod pod, Optional<ServiceAccount> account, Optional<Session> fallback) {
    if (pod.serviceAccount().isEmpty()) {
      return noAccount(pod);
    }
    String own = pod.annotations().getOrDefault(Binder.ROLE, "");
    String accounts =
        account.map(found -> found.annotations().getOrDefault(ROLE_ARN, "")).orElse("");
    RoleArn role;
    try {
      if (!own.isEmpty()) {
        role = roles.resolve(own);
      } else if (accounts.isEmpty()) {
        return noRole(pod);
      } else {
        role = RoleArn.parse(accounts);
      }
    } catch (IllegalArgumentException e) {
      return own.isEmpty()
          ? invalid(pod, ROLE_ARN, e)
          : new Missing(
              Finding.INVALID_ROLE_ON_SERVICE_ACCOUNT,
              "annotation %s of pod %s: %s".formatted(Binder.ROLE, pod.fullName(), e.getMessage()));
    }
    return new Found(
        new Session(
            role,
            name(pod),
            Optional.empty(),
            Map.of(),
            new Mechanism.PodIdentity(podAccount(pod), fallback)));
  }

  /** What is so of a pod without a service account, or whose service account is gone. */
  static Missing noAccount(Pod pod) {
    return new Missing(
        Finding.NO_SERVICE_ACCOUNT,
        pod.serviceAccount().isEmpty()
            ? "pod %s has no service account".formatted(pod.fullName())
            : "there is no %s".formatted(account(pod)));
  }

  private static Missing noRole(Pod pod) {
    return new Missing(
        Finding.NO_ROLE_ON_SERVICE_ACCOUNT,
        "%s has no annotation %s".formatted(account(pod), ROLE_ARN));
  }

  private static Missing invalid(Pod pod, String annotation, IllegalArgumentException why) {
    return new Missing(
        Finding.INVALID_ROLE_ON_SERVICE_ACCOUNT,
        "annotation %s of %s: %s".formatted(annotation, account(pod), why.getMessage()));
  }

  private static String account(Pod pod) {
    return "service account %s/%s of pod %s"
        .formatted(pod.namespace(), pod.serviceAccount(), pod.fullName());
  }

  private static String name(Pod pod) {
    return TargetSessionNames.of(
        pod.annotations().getOrDefault(Binder.SESSION_NAME, ""), pod.namespace(), pod.name());
  }

  private static PodAccount podAccount(Pod pod) {
    return new PodAccount(pod.namespace(), pod.name(), pod.uid(), pod.serviceAccount());
  }
}
