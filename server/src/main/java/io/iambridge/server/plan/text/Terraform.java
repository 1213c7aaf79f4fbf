package io.iambridge.server.plan.text;

import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.model.Association;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.ProviderWork;
import io.iambridge.server.plan.model.SharedPlan;
import io.iambridge.server.plan.model.TrustWork;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes a folder as a Terraform module. Roles are their owners': of those that are there it only
 * has the trust policies, as outputs for {@code assume_role_policy}.
 */
final class Terraform {
  private static final String PROVIDER = "aws_iam_openid_connect_provider";
  private static final String ROLE = "aws_iam_role";

  private final ClusterFacts cluster;
  private final Hcl hcl = new Hcl();

  private Terraform(ClusterFacts cluster) {
    this.cluster = cluster;
  }

  static String shared(ClusterFacts cluster, SharedPlan plan) {
    Terraform terraform = new Terraform(cluster);
    SortedSet<String> accounts = new TreeSet<>();
    plan.providers().forEach(provider -> accounts.add(provider.account()));
    accounts.remove(cluster.account());
    terraform.head(accounts);
    plan.providers().forEach(terraform::provider);
    plan.roles().forEach(terraform::ourRole);
    return terraform.hcl.toString();
  }

  static String namespace(ClusterFacts cluster, NamespacePlan plan) {
    Terraform terraform = new Terraform(cluster);
    terraform.head(new TreeSet<>());
    plan.trust().forEach(terraform::trust);
    plan.associations().forEach(association -> terraform.association(plan.name(), association));
    return terraform.hcl.toString();
  }

  private void head(SortedSet<String> accounts) {
    hcl.open("terraform").open("required_providers");
    hcl.openValue("aws").put("source", "hashicorp/aws");
    if (!accounts.isEmpty()) {
      hcl.expression(
          "configuration_aliases",
          "[" + String.join(", ", accounts.stream().map(Terraform::alias).toList()) + "]");
    }
    hcl.close().close().close();
  }

  private static String alias(String account) {
    return "aws.account_" + account;
  }

  private void elsewhere(String account) {
    if (!account.equals(cluster.account())) {
      hcl.expression("provider", alias(account));
    }
  }

  private void provider(ProviderWork work) {
    String name = "account_" + work.account();
    SortedSet<String> audiences = new TreeSet<>(work.audiences());
    if (work.present() instanceof PresentProvider.Known(Set<String> taken)) {
      audiences.addAll(taken);
      imported(PROVIDER + "." + name, work.arn());
    }
    hcl.open("resource", PROVIDER, name);
    elsewhere(work.account());
    hcl.put("url", cluster.issuer()).put("client_id_list", List.copyOf(audiences));
    // Every role of the account may depend on it.
    hcl.open("lifecycle").expression("prevent_destroy", "true").close().close();
  }

  private void imported(String to, String id) {
    hcl.comment("It is there already; no import is done where Terraform knows it.");
    hcl.open("import").expression("to", to).put("id", id).close();
  }

  private void ourRole(TrustWork work) {
    String name = Hcl.name(work.role().name());
    TerraformPolicy.write(hcl, "trust_" + name, work.merged().document().json());
    TerraformPolicy.write(
        hcl, "permission_" + name, Trusts.permission(work.chainsTo().orElseThrow()));
    if (work.before().isPresent()) {
      imported(ROLE + "." + name, work.role().name());
    }
    hcl.open("resource", ROLE, name)
        .put("name", work.role().name())
        .expression("assume_role_policy", TerraformPolicy.reference("trust_" + name))
        .close();
    hcl.open("resource", "aws_iam_role_policy", name)
        .put("name", "iambridge-chain")
        .expression("role", ROLE + "." + name + ".name")
        .expression("policy", TerraformPolicy.reference("permission_" + name))
        .close();
  }

  private void trust(TrustWork work) {
    String name = Hcl.name(work.file());
    if (!work.merged().fits()) {
      hcl.comment(work.role() + ": the policy would be too long; see README.md.");
      return;
    }
    hcl.comment(
        work.statementOnly()
            ? work.role() + ": to be added to its trust, by source_policy_documents."
            : work.role() + ": its assume_role_policy.");
    TerraformPolicy.write(hcl, "trust_" + name, work.merged().document().json());
    output("trust_" + name);
    work.retired()
        .filter(retired -> !retired.isEmpty() && !work.statementOnly())
        .ifPresent(retired -> {
          hcl.comment(work.role() + ": in the last step.");
          TerraformPolicy.write(hcl, "retired_" + name, retired.json());
          output("retired_" + name);
        });
  }

  private void output(String name) {
    hcl.open("output", name).expression("value", TerraformPolicy.reference(name)).close();
  }

  private void association(String namespace, Association association) {
    hcl.open("resource", "aws_eks_pod_identity_association", Hcl.name(association.serviceAccount()))
        .put("cluster_name", cluster.name())
        .put("namespace", namespace)
        .put("service_account", association.serviceAccount())
        .put("role_arn", association.role().toString());
    association.target().ifPresent(target -> hcl.put("target_role_arn", target.toString()));
    hcl.close();
  }
}
