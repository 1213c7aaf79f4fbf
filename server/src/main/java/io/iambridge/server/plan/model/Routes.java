package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.CrossAccount;
import io.iambridge.server.plan.input.Target;
import io.iambridge.server.roles.RoleArn;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a pod gets to a role: directly, or by a role of the cluster's account. */
public final class Routes {
  private static final String VIA = "iambridge-via-";

  private final ClusterFacts cluster;
  private final CrossAccount crossAccount;

  /** For this cluster. */
  public Routes(ClusterFacts cluster, CrossAccount crossAccount) {
    this.cluster = cluster;
    this.crossAccount = crossAccount;
  }

  /**
   * The role by which pods get to another one; empty where they get it at once. EKS Pod Identity
   * gives roles of the cluster's account only (CreatePodIdentityAssociation, roleArn), and assumes
   * another one from there.
   */
  public Optional<RoleArn> via(RoleArn role, Target target) {
    boolean foreign = !role.account().equals(cluster.account());
    return foreign && (target == Target.POD_IDENTITY || crossAccount == CrossAccount.CHAIN)
        ? Optional.of(
            new RoleArn(
                cluster.partition(),
                cluster.account(),
                "/",
                Names.fitting(VIA + role.account() + "-" + role.name(), Names.MAX_ROLE)))
        : Optional.empty();
  }

  /** The annotations of the service account whose pods have the role. */
  SortedMap<String, String> annotations(RoleArn role, Target target) {
    SortedMap<String, String> annotations = new TreeMap<>();
    if (target == Target.IRSA) {
      Optional<RoleArn> via = via(role, target);
      annotations.put(AccountFacts.ROLE, via.orElse(role).toString());
      via.ifPresent(first -> annotations.put(AccountFacts.TARGET_ROLE, role.toString()));
    }
    return annotations;
  }

  /** The role that the annotations of a service account lead to; empty for none. */
  static String role(Map<String, String> annotations) {
    return annotations.getOrDefault(
        AccountFacts.TARGET_ROLE, annotations.getOrDefault(AccountFacts.ROLE, ""));
  }
}
