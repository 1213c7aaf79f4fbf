package io.iambridge.sandbox.eksauth;

import io.iambridge.sandbox.iam.Arn;

/** A cluster as EKS knows it. */
public record EksCluster(String name, String region, String account) {
  /** Its ARN. */
  public Arn arn() {
    return new Arn("aws", "eks", region, account, "cluster/" + name);
  }
}
