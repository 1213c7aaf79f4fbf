package io.iambridge.server.plan.input;

/** How pods get roles of other accounts than the cluster's by IRSA. */
public enum CrossAccount {
  /** That account trusts the cluster's issuer itself, by an OIDC provider of its own. */
  DIRECT,
  /** By a role of the cluster's account, whose one permission is to assume the other. */
  CHAIN
}
