package io.iambridge.server.plan.input;

import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.tokens.AccountName;
import java.util.List;

/**
 * What the person who asks for the plan wants.
 *
 * @param crossAccount how pods get roles of other accounts by IRSA
 * @param serverPrincipals ARNs that the roles trust now: the server's, or kiam's
 * @param trustPolicyQuota characters of a trust policy
 * @param podIdentityTags whether trust in EKS Pod Identity names namespaces and service accounts
 * @param roleBaseArn what role names are put behind
 * @param allowedRolesFormat how kube2iam's {@code allowed-roles} is written
 * @param strictPermitted whether kiam's {@code permitted} has to match the whole ARN
 * @param defaultRole kube2iam's {@code --default-role}; empty for none
 * @param serverAccount the service account of the server's pods
 */
public record PlanSettings(
    CrossAccount crossAccount,
    List<String> serverPrincipals,
    int trustPolicyQuota,
    boolean podIdentityTags,
    String roleBaseArn,
    AllowedRolesFormat allowedRolesFormat,
    boolean strictPermitted,
    String defaultRole,
    AccountName serverAccount) {
  /** What AWS grants without being asked: quota L-C07B4B0D. */
  public static final int DEFAULT_TRUST_POLICY_QUOTA = 2048;

  public PlanSettings {
    serverPrincipals = List.copyOf(serverPrincipals);
    if (trustPolicyQuota < 1) {
      throw new IllegalArgumentException("trustPolicyQuota < 1: " + trustPolicyQuota);
    }
  }
}
