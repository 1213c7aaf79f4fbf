package io.iambridge.server.rehearsal;

import io.iambridge.server.roles.RoleArn;
import java.util.Optional;

/**
 * What remedies have to name of where we are.
 *
 * @param issuer of the cluster's service account tokens, {@code https://…}; empty when unknown
 * @param clusterName of the EKS cluster; empty when unknown
 * @param region the cluster's; empty when unknown
 * @param serverAccount the server's own service account, {@code NAMESPACE/NAME}
 */
public record Place(
    Optional<String> issuer,
    Optional<String> clusterName,
    Optional<String> region,
    String serverAccount) {
  private static final String ISSUER = "https://OIDC-ISSUER";
  private static final String CLUSTER = "CLUSTER";
  private static final String REGION = "REGION";

  /** The issuer, or a word in its place that a person has to replace. */
  String issuerOrWord() {
    return issuer.orElse(ISSUER);
  }

  /** The cluster's name, or a word in its place. */
  String clusterOrWord() {
    return clusterName.orElse(CLUSTER);
  }

  /** The cluster's ARN, with words in place of what is unknown, as far as a role tells of it. */
  String clusterArn(RoleArn role) {
    // An association takes only roles of the cluster's own account.
    return "arn:%s:eks:%s:%s:cluster/%s"
        .formatted(role.partition(), region.orElse(REGION), role.account(), clusterOrWord());
  }
}
