package io.iambridge.sandbox.eksauth;

import io.iambridge.sandbox.iam.Arn;
import java.util.Optional;

/**
 * Which role the pods of a service account get.
 *
 * @param role of the cluster's account
 * @param target assumed with the role's credentials, in any account; what pods get then
 */
public record Association(
    Arn arn, String namespace, String serviceAccount, Arn role, Optional<Arn> target) {
  /** The last part of the ARN, {@code a-…}. */
  public String id() {
    return arn.name();
  }
}
