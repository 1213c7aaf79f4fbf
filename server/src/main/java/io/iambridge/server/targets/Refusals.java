package io.iambridge.server.targets;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;

/** What a failed target is to an agent and to a person, where there is no fallback. Pure. */
final class Refusals {
  private Refusals() {}

  static IssueException of(Session session, TargetException failure) {
    return new IssueException(
        reason(session.mechanism().kind(), failure),
        "%s gave no credentials for %s: %s: %s%s"
            .formatted(
                failure.step() == TargetException.Step.TOKEN
                    ? "Kubernetes"
                    : service(session.mechanism().kind()),
                session,
                failure.finding().word(),
                failure.ownWords(),
                remedy(failure.finding(), session)));
  }

  private static String service(Mechanism.Kind kind) {
    return kind == Mechanism.Kind.POD_IDENTITY ? "EKS Auth" : "STS";
  }

  static Reason reason(Mechanism.Kind kind, TargetException failure) {
    return switch (failure.finding()) {
      case TOKEN_NOT_PERMITTED -> Reason.TOKEN_NOT_PERMITTED;
      case NO_SERVICE_ACCOUNT -> Reason.TOKEN_UNAVAILABLE;
      case NO_ROLE_ON_SERVICE_ACCOUNT, INVALID_ROLE_ON_SERVICE_ACCOUNT -> Reason.NO_TARGET_ROLE;
      case NO_OIDC_PROVIDER, WRONG_AUDIENCE, TOKEN_REJECTED -> Reason.WEB_IDENTITY_REJECTED;
      case TRUST_DENIES_SUBJECT, CHAIN_DENIED -> Reason.STS_DENIED;
      case NO_ASSOCIATION, DIFFERENT_ROLE -> Reason.NO_ASSOCIATION;
      case NO_CLUSTER_NAME, SERVER_NOT_PERMITTED -> Reason.EKS_AUTH_UNAVAILABLE;
      case REQUEST_REJECTED ->
          failure.step() == TargetException.Step.TOKEN
              ? Reason.TOKEN_UNAVAILABLE
              : Reason.STS_REJECTED;
      case THROTTLED, UNREACHABLE, READY -> passing(kind, failure);
    };
  }

  private static Reason passing(Mechanism.Kind kind, TargetException failure) {
    if (failure.step() == TargetException.Step.TOKEN) {
      return Reason.TOKEN_UNAVAILABLE;
    }
    if (failure.finding() == Finding.THROTTLED) {
      return Reason.STS_THROTTLED;
    }
    return kind == Mechanism.Kind.POD_IDENTITY
        ? Reason.EKS_AUTH_UNAVAILABLE
        : Reason.STS_UNAVAILABLE;
  }

  /** What the person who reads it can do. */
  private static String remedy(Finding finding, Session session) {
    String what =
        switch (finding) {
          case NO_OIDC_PROVIDER ->
              "make an IAM OIDC provider for this cluster's issuer in the role's account";
          case TRUST_DENIES_SUBJECT ->
              session.mechanism().kind() == Mechanism.Kind.POD_IDENTITY
                  ? "let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession in the role's"
                      + " trust policy"
                  : "check that the role exists and that its trust policy lets "
                      + session.mechanism().podAccount().map(pod -> pod.subject()).orElse("")
                      + " in";
          case WRONG_AUDIENCE ->
              "add the audience to the IAM OIDC provider's client ids, or correct"
                  + " eks.amazonaws.com/audience of the service account";
          case CHAIN_DENIED -> "let the service account's role assume the second one";
          case NO_ASSOCIATION -> "make a Pod Identity association for the service account";
          case DIFFERENT_ROLE -> "change the pod's annotation or the Pod Identity association";
          case NO_CLUSTER_NAME -> "start the server with this EKS cluster's --cluster-name";
          case SERVER_NOT_PERMITTED ->
              "allow the server's own role eks-auth:AssumeRoleForPodIdentity on the cluster";
          case TOKEN_NOT_PERMITTED ->
              "let the server's service account create serviceaccounts/token in this namespace";
          default -> "";
        };
    return what.isEmpty() ? "" : ". To change: " + what;
  }
}
