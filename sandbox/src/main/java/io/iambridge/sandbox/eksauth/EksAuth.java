package io.iambridge.sandbox.eksauth;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** AssumeRoleForPodIdentity of one cluster: what it decides, whoever may ask. */
public final class EksAuth {
  private static final Duration LIFETIME = Duration.ofHours(6);

  /** Role chaining ends within the hour. */
  private static final Duration TARGET_LIFETIME = Duration.ofMinutes(59);

  private static final int LONGEST_SESSION_NAME = 64;

  private final EksCluster cluster;
  private final KubernetesClient client;
  private final Iam iam;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Associations associations;

  /**
   * A cluster without associations.
   *
   * @param client reviews tokens; stays the caller's
   */
  public EksAuth(
      EksCluster cluster,
      KubernetesClient client,
      Iam iam,
      InstantSource clock,
      RandomGenerator random) {
    this.cluster = cluster;
    this.client = client;
    this.iam = iam;
    this.clock = clock;
    this.random = random;
    this.associations = new Associations(cluster, random);
  }

  /** Whose associations these are. */
  public EksCluster cluster() {
    return cluster;
  }

  /**
   * Gives the pods of a service account a role of the cluster's account, which must trust {@code
   * pods.eks.amazonaws.com}.
   *
   * @throws IllegalStateException when it has an association already: ResourceInUseException
   */
  public Association associate(String namespace, String serviceAccount, String roleArn) {
    return associations.create(
        namespace, serviceAccount, Arn.parse(roleArn), /* target= */ Optional.empty());
  }

  /** The same with a role of any account, which must trust the first one. */
  public Association associate(
      String namespace, String serviceAccount, String roleArn, String targetRoleArn) {
    return associations.create(
        namespace, serviceAccount, Arn.parse(roleArn), Optional.of(Arn.parse(targetRoleArn)));
  }

  /**
   * Gives them another one.
   *
   * @throws IllegalStateException when they have none: ResourceNotFoundException
   */
  public Association reassociate(String namespace, String serviceAccount, String roleArn) {
    return associations.update(
        namespace, serviceAccount, Arn.parse(roleArn), /* target= */ Optional.empty());
  }

  /** Gives them none. */
  public void dissociate(String namespace, String serviceAccount) {
    associations.remove(namespace, serviceAccount);
  }

  /** All there are, by namespace and service account. */
  public List<Association> associations() {
    return associations.all();
  }

  /** Exchanges a pod's token. */
  public PodSession assumeRole(String token) throws EksAuthException {
    ProvedPod pod = ProvedPod.of(client, token, clock.instant());
    Association association =
        associations
            .find(pod.namespace(), pod.serviceAccount())
            .orElseThrow(() ->
                EksAuthException.notFound(
                    "No association found for the service account system:serviceaccount:%s:%s"
                        .formatted(pod.namespace(), pod.serviceAccount())));
    Map<String, String> context = context(pod);
    Role role =
        iam.role(association.role())
            .filter(found -> iam.trusts(found, ProvedPod.AUDIENCE, context))
            .orElseThrow(EksAuthException::accessDenied);
    Principal.AssumedRole session = new Principal.AssumedRole(role, sessionName(pod.name()));
    if (association.target().isPresent()) {
      Role target =
          iam.role(association.target().get())
              .filter(found -> iam.mayAssume(session, found, context))
              .filter(found -> iam.mayTagSession(session, found, context))
              .orElseThrow(EksAuthException::accessDenied);
      return give(
          association, new Principal.AssumedRole(target, session.sessionName()), TARGET_LIFETIME);
    }
    return give(association, session, LIFETIME);
  }

  private PodSession give(
      Association association, Principal.AssumedRole session, Duration lifetime) {
    return new PodSession(
        association,
        iam.issue(session, clock.instant().plus(lifetime).truncatedTo(ChronoUnit.SECONDS)));
  }

  /** What trust policies may ask of it. */
  private Map<String, String> context(ProvedPod pod) {
    Map<String, String> context = new HashMap<>();
    pod.tags(cluster).forEach((key, value) -> context.put("aws:RequestTag/" + key, value));
    context.put("aws:SourceArn", cluster.arn().toString());
    context.put("aws:SourceAccount", cluster.account());
    return context;
  }

  private String sessionName(String pod) {
    String end = "-" + new UUID(random.nextLong(), random.nextLong());
    String start = "eks-" + cluster.name() + "-" + pod;
    return start.substring(0, Math.min(start.length(), LONGEST_SESSION_NAME - end.length())) + end;
  }
}
