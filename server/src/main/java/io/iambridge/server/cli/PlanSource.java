package io.iambridge.server.cli;

import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.PlanSettings;
import io.iambridge.server.plan.input.Target;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Where what a plan depends on is read. */
@FunctionalInterface
public interface PlanSource {
  /**
   * Reads it.
   *
   * @param progress hears what is being read, in a few words
   * @throws io.iambridge.common.cli.StartException when what no plan can do without cannot be read
   */
  PlanInput read(Request request, Consumer<String> progress);

  /**
   * What is to be read, and how.
   *
   * @param namespaces to plan for; empty for all where a pod names a role
   * @param target of namespaces whose mode says none
   * @param everybody whether pods that name no role have one too
   * @param settings what is wanted, with the base of role names that is known by then
   * @param kubeconfig a file, or empty for the service account of the pod we run in
   * @param clusterName of the EKS cluster; empty when it was not given
   * @param clusterAccount the cluster's account; empty for that of the role base
   * @param issuer of service accounts' tokens; empty for what the API server tells
   * @param roleBaseArn what role names are put behind; empty for our own account's
   * @param region where; empty for what the issuer or the AWS SDK tell
   * @param stsEndpoint instead of STS's own
   * @param iamEndpoint instead of IAM's own
   */
  record Request(
      Set<String> namespaces,
      Target target,
      boolean everybody,
      Function<String, PlanSettings> settings,
      String kubeconfig,
      String clusterName,
      String clusterAccount,
      String issuer,
      String roleBaseArn,
      String region,
      Optional<URI> stsEndpoint,
      Optional<URI> iamEndpoint) {}
}
