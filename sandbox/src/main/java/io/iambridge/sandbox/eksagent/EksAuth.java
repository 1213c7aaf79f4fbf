package io.iambridge.sandbox.eksagent;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** AssumeRoleForPodIdentity of one cluster. */
final class EksAuth {
  private static final String AUDIENCE = "pods.eks.amazonaws.com";
  private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
  private static final String USER_PREFIX = "system:serviceaccount:";
  private static final Duration LIFETIME = Duration.ofHours(6);
  private static final int LONGEST_SESSION_NAME = 64;

  private final String cluster;
  private final KubernetesClient client;
  private final Iam iam;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Arn> associations = new ConcurrentHashMap<>();

  EksAuth(
      String cluster,
      KubernetesClient client,
      Iam iam,
      InstantSource clock,
      RandomGenerator random) {
    this.cluster = cluster;
    this.client = client;
    this.iam = iam;
    this.clock = clock;
    this.random = random;
  }

  void associate(String namespace, String serviceAccount, String roleArn) {
    associations.put(USER_PREFIX + namespace + ":" + serviceAccount, Arn.parse(roleArn));
  }

  AccessKey assumeRole(String token) throws EksAuthException {
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
      throw new EksAuthException(
          400, "InvalidTokenException", "The token included in the request is invalid");
    }
    String user = review.getStatus().getUser().getUsername();
    List<String> pod = review.getStatus().getUser().getExtra().get(POD_NAME);
    Arn arn = associations.get(user);
    if (arn == null || pod == null) {
      throw new EksAuthException(
          404, "ResourceNotFoundException", "No association found for the service account " + user);
    }
    Role role =
        iam.role(arn)
            .filter(found -> iam.trusts(found, AUDIENCE, Map.of()))
            .orElseThrow(() ->
                new EksAuthException(
                    400,
                    "AccessDeniedException",
                    "Unauthorized Exception! EKS does not have permissions to assume the associated role"));
    return iam.issue(
        new Principal.AssumedRole(role, sessionName(pod.getFirst())),
        clock.instant().plus(LIFETIME).truncatedTo(ChronoUnit.SECONDS));
  }

  private String sessionName(String pod) {
    String end = "-" + new UUID(random.nextLong(), random.nextLong());
    String start = "eks-" + cluster + "-" + pod;
    return start.substring(0, Math.min(start.length(), LONGEST_SESSION_NAME - end.length())) + end;
  }
}
