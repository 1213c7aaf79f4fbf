package io.iambridge.sandbox.eksauth;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.sandbox.oidc.Jwt;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The pod that a token is bound to; it lived when the token was reviewed. */
record ProvedPod(String namespace, String serviceAccount, String name, String uid) {
  static final String AUDIENCE = "pods.eks.amazonaws.com";

  private static final String USER_PREFIX = "system:serviceaccount:";
  private static final String EXTRA = "authentication.kubernetes.io/pod-";

  /** Lets the cluster review a token. */
  static ProvedPod of(KubernetesClient client, String token, Instant now) throws EksAuthException {
    TokenReview review =
        client
            .tokenReviews()
            .create(
                new TokenReviewBuilder()
                    .withNewSpec()
                    .withToken(token)
                    .withAudiences(AUDIENCE)
                    .endSpec()
                    .build());
    if (!Boolean.TRUE.equals(review.getStatus().getAuthenticated())) {
      throw hasEnded(token, now)
          ? EksAuthException.expiredToken()
          : EksAuthException.invalidToken();
    }
    UserInfo user = review.getStatus().getUser();
    String[] account = user.getUsername().substring(USER_PREFIX.length()).split(":", 2);
    return new ProvedPod(account[0], account[1], extra(user, "name"), extra(user, "uid"));
  }

  /** The session tags that EKS gives (EKS User Guide, "EKS Pod Identity session tags"). */
  Map<String, String> tags(EksCluster cluster) {
    return Map.of(
        "eks-cluster-arn",
        cluster.arn().toString(),
        "eks-cluster-name",
        cluster.name(),
        "kubernetes-namespace",
        namespace,
        "kubernetes-service-account",
        serviceAccount,
        "kubernetes-pod-name",
        name,
        "kubernetes-pod-uid",
        uid);
  }

  private static String extra(UserInfo user, String field) throws EksAuthException {
    List<String> values = user.getExtra() == null ? null : user.getExtra().get(EXTRA + field);
    if (values == null || values.isEmpty()) {
      throw EksAuthException.invalidToken();
    }
    return values.getFirst();
  }

  /** By what it says itself: the reason of a refusal is no secret. */
  private static boolean hasEnded(String token, Instant now) {
    return Jwt.parse(token)
        .map(jwt -> jwt.claims().path("exp"))
        .filter(end -> end.isNumber() && now.getEpochSecond() >= end.asLong())
        .isPresent();
  }
}
