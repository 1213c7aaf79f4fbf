package io.iambridge.server.targets;

import java.util.Locale;

/** What an attempt on the target mechanism says. The names are in the status, and never change. */
public enum Finding {
  /** Credentials of the wanted role were given. */
  READY,
  /** The pod's service account does not exist. */
  NO_SERVICE_ACCOUNT,
  /** The service account has no annotation {@code eks.amazonaws.com/role-arn}. */
  NO_ROLE_ON_SERVICE_ACCOUNT,
  /** That annotation, or {@code iambridge.io/target-role-arn}, is not the ARN of a role. */
  INVALID_ROLE_ON_SERVICE_ACCOUNT,
  /** Another role than the pod's annotation names, so the pod would become somebody else. */
  DIFFERENT_ROLE,
  /** The role's account has no OIDC provider for this cluster's issuer. */
  NO_OIDC_PROVIDER,
  /** The role does not exist, or its trust policy does not let this subject in. */
  TRUST_DENIES_SUBJECT,
  /** The token is for another audience than the OIDC provider or the trust policy takes. */
  WRONG_AUDIENCE,
  /**
   * AWS does not take the token: expired, its keys cannot be fetched, or its signature is wrong.
   */
  TOKEN_REJECTED,
  /** The second role of a chain does not let the first one in. */
  CHAIN_DENIED,
  /**
   * AWS or Kubernetes does not take a part of the request, such as the external id or the audience.
   */
  REQUEST_REJECTED,
  /** EKS has no Pod Identity association for the service account. */
  NO_ASSOCIATION,
  /** The server does not know its EKS cluster's name: {@code --cluster-name}. */
  NO_CLUSTER_NAME,
  /** The server itself may not ask: {@code eks-auth:AssumeRoleForPodIdentity} is missing. */
  SERVER_NOT_PERMITTED,
  /** The server may not create tokens of service accounts in this namespace. */
  TOKEN_NOT_PERMITTED,
  /** AWS asks for fewer calls. */
  THROTTLED,
  /** AWS or Kubernetes could not be reached, or failed. */
  UNREACHABLE;

  /** Whether it says nothing of the target itself, and may be gone at the next try. */
  public boolean passing() {
    return this == THROTTLED || this == UNREACHABLE;
  }

  /** As it is written for people and programs: {@code trust-denies-subject}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
