package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.PlanSettings;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.model.Block.Reason;
import io.iambridge.server.plan.model.Question.Topic;
import io.iambridge.server.plan.trust.Subject;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.roles.RoleArn;
import java.util.List;
import java.util.Set;

/** Looks at the roles: what keeps their trust policies from being changed as planned. */
final class TrustChecks {
  private final PlanSettings settings;
  private final ClusterFacts cluster;
  private final Findings findings;

  TrustChecks(PlanSettings settings, ClusterFacts cluster, Findings findings) {
    this.settings = settings;
    this.cluster = cluster;
    this.findings = findings;
  }

  void check(TrustWork work) {
    String about = work.role().toString();
    switch (work.present()) {
      case PresentTrust.NoRole() when !work.create() ->
          findings.block(
              Reason.NO_SUCH_ROLE,
              about,
              Stage.TRUST,
              "There is no such role, so its pods get no credentials today.",
              "Create it with the trust of trust/%s.statement.json.".formatted(work.file()),
              "Remove the annotation of the pods that name it, and plan again.");
      case PresentTrust.NotReadable(String why) when !work.create() ->
          findings.block(
              Reason.TRUST_NOT_READABLE,
              about,
              Stage.TRUST,
              "Its trust policy could not be read: " + why + ".",
              "Have the role's owner add what is in trust/%s.statement.json to what is there."
                  .formatted(work.file()),
              "Allow iam:GetRole on it, and plan again: then the whole policy is written.");
      case PresentTrust.Known(TrustDocument document) -> known(work, document);
      default -> {}
    }
    if (!work.merged().fits()) {
      tooLong(work);
    }
    if (!work.merged().strangers().isEmpty()) {
      findings.ask(
          Topic.WILDCARD_TOO_WIDE,
          about,
          "A wildcard of an earlier plan also lets in %s, in namespaces that this plan is not for. Are they meant? Plan for all namespaces that use the role, and it is made as narrow as possible again."
              .formatted(
                  String.join(
                      ", ", work.merged().strangers().stream().map(Subject::toString).toList())));
    }
  }

  private void known(TrustWork work, TrustDocument document) {
    String about = work.role().toString();
    if (document.denies()) {
      findings.block(
          Reason.TRUST_DENIES,
          about,
          Stage.TRUST,
          "Its trust policy has a statement that denies, which wins over whatever is added.",
          "See that it does not hit the service accounts; the rehearsal tells, too.");
    }
    if (work.chainsTo().isPresent()) {
      return;
    }
    Set<String> principals = Set.copyOf(settings.serverPrincipals());
    List<String> keys = document.conditionKeys(principals);
    if (!keys.isEmpty()) {
      findings.block(
          Reason.SESSION_CONDITIONS,
          about,
          Stage.SWITCH,
          "It trusts the server only under conditions (%s) that the new statement does not have, since its sessions bring other names, and no external id or tags of ours."
              .formatted(String.join(", ", keys)),
          "If they only say which caller is meant: the new statement names the service accounts,"
              + " so nothing is to be done.",
          "If policies of the role use session tags or names, change those first, or choose EKS Pod"
              + " Identity, which tags its sessions with namespace, service account and pod.");
    }
    String root = "arn:%s:iam::%s:root".formatted(cluster.partition(), cluster.account());
    boolean server = principals.stream().anyMatch(document::trusts);
    if (!server && (document.trusts(root) || document.trusts(cluster.account()))) {
      findings.ask(
          Topic.WHOLE_ACCOUNT_TRUSTED,
          about,
          "It trusts the whole account %s and so the server, too. Who else needs that? The plan leaves it as it is, also in the last step."
              .formatted(cluster.account()));
    } else if (!server && !principals.isEmpty()) {
      findings.ask(
          Topic.SERVER_NOT_TRUSTED,
          about,
          "It trusts none of the server's principals (%s), so its pods get nothing today, or by another one. Is --server-principal right?"
              .formatted(String.join(", ", settings.serverPrincipals())));
    }
  }

  private void tooLong(TrustWork work) {
    findings.block(
        Reason.POLICY_TOO_LONG,
        work.role().toString(),
        Stage.TRUST,
        "Its trust policy would have %d characters, and the quota is %d; no wildcard makes it shorter without letting in service accounts that are not meant."
            .formatted(work.merged().size(), work.merged().quota()),
        "Ask for a higher quota (Service Quotas, L-C07B4B0D, up to 4096 or more), and plan with"
            + " --trust-policy-quota.",
        "Split the role: one for each group of workloads.",
        "Take EKS Pod Identity as the target: one statement is for all service accounts.");
  }

  /** A role of another account than the cluster's. */
  void otherAccount(RoleArn role, boolean chained) {
    if (role.account().equals(cluster.account())) {
      return;
    }
    if (chained) {
      findings.block(
          Reason.OTHER_ACCOUNT,
          role.toString(),
          Stage.TRUST,
          "It is in account %s, whose people have to let the role in that pods get first; sessions by it last an hour at most."
              .formatted(role.account()),
          "Give them the statement in trust/.");
    } else {
      findings.block(
          Reason.OTHER_ACCOUNT,
          role.toString(),
          Stage.TRUST,
          "It is in account %s, whose people have to create the OIDC provider and change the role's trust."
              .formatted(role.account()),
          "Give them what is for their account here and in 00-shared.",
          "Plan with --cross-account=chain: then they need no OIDC provider, only a statement that"
              + " lets in a role of the cluster's account.");
    }
  }

  void provider(ProviderWork work) {
    if (work.present() instanceof PresentProvider.NotReadable(String why)) {
      findings.block(
          Reason.PROVIDER_NOT_READABLE,
          work.arn(),
          Stage.TRUST,
          "Whether account %s has an OIDC provider for the cluster's issuer could not be read: %s."
              .formatted(work.account(), why),
          "Run the command in any case: it fails when there is one already, and changes nothing.",
          "The rehearsal says no-oidc-provider when it is missing.");
    }
  }
}
