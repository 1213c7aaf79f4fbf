package io.iambridge.server.rehearsal;

import java.util.Optional;

/**
 * What remedies have to name of where we are.
 *
 * @param issuer of the cluster's service account tokens, {@code https://…}; empty when unknown
 * @param clusterName of the EKS cluster; empty when unknown
 * @param serverAccount the server's own service account, {@code NAMESPACE/NAME}
 */
public record Place(Optional<String> issuer, Optional<String> clusterName, String serverAccount) {
  private static final String ISSUER = "https://OIDC-ISSUER";
  private static final String CLUSTER = "CLUSTER";

  /** The issuer, or a word in its place that a person has to replace. */
  String issuerOrWord() {
    return issuer.orElse(ISSUER);
  }

  /** The cluster's name, or a word in its place. */
  String clusterOrWord() {
    return clusterName.orElse(CLUSTER);
  }
}
