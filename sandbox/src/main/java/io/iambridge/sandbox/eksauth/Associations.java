package io.iambridge.sandbox.eksauth;

import io.iambridge.sandbox.iam.Arn;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;

/** The pod identity associations of a cluster: at most one of a service account. */
final class Associations {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int ID_LENGTH = 17;

  private final EksCluster cluster;
  private final RandomGenerator random;
  private final Map<String, Association> byAccount = new ConcurrentSkipListMap<>();

  Associations(EksCluster cluster, RandomGenerator random) {
    this.cluster = cluster;
    this.random = random;
  }

  /**
   * Makes one, as CreatePodIdentityAssociation does. EKS takes no role of another account
   * ("Cross-account pass role is not allowed"), only a target role.
   *
   * @throws IllegalStateException when there is one already: ResourceInUseException
   * @see <a
   *     href="https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html">CreatePodIdentityAssociation</a>
   */
  Association create(String namespace, String serviceAccount, Arn role, Optional<Arn> target) {
    check(role);
    Association made =
        new Association(
            new Arn(
                "aws",
                "eks",
                cluster.region(),
                cluster.account(),
                "podidentityassociation/" + cluster.name() + "/a-" + id()),
            namespace,
            serviceAccount,
            role,
            target);
    Association present = byAccount.putIfAbsent(key(namespace, serviceAccount), made);
    if (present != null) {
      throw new IllegalStateException(
          "ResourceInUseException: Association already exists: " + present.id());
    }
    return made;
  }

  /**
   * Changes one, as UpdatePodIdentityAssociation does, by its service account instead of its id.
   *
   * @throws IllegalStateException when there is none: ResourceNotFoundException
   */
  Association update(String namespace, String serviceAccount, Arn role, Optional<Arn> target) {
    check(role);
    Association updated =
        byAccount.computeIfPresent(
            key(namespace, serviceAccount),
            (key, present) ->
                new Association(present.arn(), namespace, serviceAccount, role, target));
    if (updated == null) {
      throw new IllegalStateException(
          "ResourceNotFoundException: No association found for " + key(namespace, serviceAccount));
    }
    return updated;
  }

  private void check(Arn role) {
    if (!role.account().equals(cluster.account())) {
      throw new IllegalArgumentException("Cross-account pass role is not allowed: " + role);
    }
  }

  void remove(String namespace, String serviceAccount) {
    byAccount.remove(key(namespace, serviceAccount));
  }

  Optional<Association> find(String namespace, String serviceAccount) {
    return Optional.ofNullable(byAccount.get(key(namespace, serviceAccount)));
  }

  List<Association> all() {
    return List.copyOf(byAccount.values());
  }

  private static String key(String namespace, String serviceAccount) {
    return namespace + "/" + serviceAccount;
  }

  private String id() {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
