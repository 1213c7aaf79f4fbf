package io.iambridge.server.plan.input;

import java.net.URI;

/**
 * The cluster, as AWS knows it.
 *
 * @param name of the EKS cluster; empty when it is not known
 * @param issuer of service accounts' tokens: {@code https://…}
 * @param region the cluster's; empty when it is not known
 * @param partition {@code aws}, {@code aws-cn}, …
 * @param account the cluster's account
 */
public record ClusterFacts(
    String name, String issuer, String region, String partition, String account) {
  private static final String SCHEME = "https://";

  public ClusterFacts {
    if (!issuer.startsWith(SCHEME) || URI.create(issuer).getHost() == null) {
      throw new IllegalArgumentException("issuer is not an https URL: " + issuer);
    }
  }

  /** The ARN of the OIDC provider for the cluster's issuer in an account. */
  public String provider(String partition, String account) {
    return "arn:%s:iam::%s:oidc-provider/%s"
        .formatted(partition, account, issuer.substring(SCHEME.length()));
  }

  /** The EKS cluster's ARN. */
  public String arn() {
    return "arn:%s:eks:%s:%s:cluster/%s".formatted(partition, region, account, name);
  }
}
