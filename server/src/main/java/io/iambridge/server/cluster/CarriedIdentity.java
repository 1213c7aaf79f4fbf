package io.iambridge.server.cluster;

/**
 * What a pod's containers carry of the identity it is to move to, put there by a webhook of EKS.
 */
public enum CarriedIdentity {
  /** {@code AWS_WEB_IDENTITY_TOKEN_FILE} in the environment (amazon-eks-pod-identity-webhook). */
  IRSA,
  /** {@code AWS_CONTAINER_CREDENTIALS_FULL_URI} in the environment (the same webhook). */
  POD_IDENTITY
}
