package io.iambridge.server.plan;

import io.iambridge.server.evidence.Calls;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.BindingFacts;
import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.CrossAccount;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.PlanSettings;
import io.iambridge.server.plan.input.PodFacts;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.input.WorkloadFacts;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.tokens.AccountName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The clusters of the golden files. */
final class PlanCases {
  static final String SERVER = "arn:aws:iam::123456789012:role/kiam-server";
  static final String ISSUER =
      "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7";
  private static final Instant CREATED = Instant.parse("2026-11-01T08:00:00Z");
  private static final Instant ANNOTATED = Instant.parse("2026-11-20T08:00:00Z");
  private static final String BASE = "arn:aws:iam::123456789012:role/";

  private PlanCases() {}

  static Map<String, PlanInput> all() {
    Map<String, PlanInput> cases = new LinkedHashMap<>();
    cases.put("simple-irsa", simple());
    cases.put("shared-accounts", sharedAccounts());
    cases.put("pod-identity", podIdentity(/* tags= */ false));
    cases.put("pod-identity-not-restarted", podIdentityNotRestarted());
    cases.put("pod-identity-tags", podIdentity(/* tags= */ true));
    cases.put("other-accounts-direct", otherAccounts(CrossAccount.DIRECT, Target.IRSA));
    cases.put("other-accounts-chain", otherAccounts(CrossAccount.CHAIN, Target.IRSA));
    cases.put(
        "other-accounts-pod-identity", otherAccounts(CrossAccount.DIRECT, Target.POD_IDENTITY));
    cases.put("everything-in-the-way", everythingInTheWay());
    cases.put("folded", folded());
    cases.put("kube2iam", kube2iam());
    return cases;
  }

  static PlanInput simple() {
    return input(
        CrossAccount.DIRECT,
        List.of(
            namespace(
                "shop",
                Target.IRSA,
                List.of(
                    workload("Deployment", "web", "web", "shop-web"),
                    workload("StatefulSet", "cart", "cart", "shop-cart")),
                List.of(account("web"), account("cart"), account("default")))),
        Map.of(
            role("shop-web"), trusts(SERVER),
            role("shop-cart"), trusts(SERVER)),
        Map.of("123456789012", new PresentProvider.Missing()));
  }

  private static PlanInput sharedAccounts() {
    AccountFacts app =
        new AccountFacts(
            "app",
            Map.of(),
            Optional.empty(),
            List.of("registry"),
            Optional.of(true),
            List.of(
                new BindingFacts("RoleBinding", "team-a", "app-reader", "Role", "reader"),
                new BindingFacts("ClusterRoleBinding", "", "app-nodes", "ClusterRole", "nodes")));
    NamespaceFacts teamA =
        namespace(
            "team-a",
            Target.IRSA,
            List.of(
                workload("Deployment", "api", "app", "team-a-api"),
                workload("CronJob", "report", "app", "team-a-report"),
                workload("Deployment", "sidekick", "app", ""),
                workload("Deployment", "front", "default", "team-a-front"),
                workload("DaemonSet", "collector", "default", "team-a-collector"),
                workload("Deployment", "collector-api", "default", "team-a-collector"),
                workload("Job", "import-once", "default", "team-a-front"),
                workload("Deployment", "annotated", "annotated", "team-a-api"),
                workload("Deployment", "audience", "audience", "team-a-api")),
            List.of(
                app,
                account("default"),
                // Somebody's own account of that name: it is not taken.
                account("front"),
                new AccountFacts(
                    "annotated",
                    Map.of(AccountFacts.ROLE, BASE + "team-a-api"),
                    Optional.of(ANNOTATED),
                    List.of(),
                    Optional.empty(),
                    List.of()),
                new AccountFacts(
                    "audience",
                    Map.of(AccountFacts.AUDIENCE, "vault"),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    List.of())));
    NamespaceFacts teamB =
        namespace(
            "team-b",
            Target.IRSA,
            List.of(workload("Deployment", "api", "api", "team-a-api")),
            List.of(account("api")));
    NamespaceFacts teamC =
        unplanned(
            namespace(
                "team-c",
                Target.IRSA,
                List.of(workload("Deployment", "spy", "spy", "team-a-front")),
                List.of(account("spy"))));
    return input(
        CrossAccount.DIRECT,
        List.of(teamC, teamB, teamA),
        Map.of(
            role("team-a-api"), trusts(SERVER, "arn:aws:iam::123456789012:user/ops"),
            role("team-a-report"), trusts(SERVER),
            role("team-a-front"), trusts(SERVER),
            role("team-a-collector"), new PresentTrust.NotReadable("AccessDenied for iam:GetRole")),
        Map.of("123456789012", new PresentProvider.Known(Set.of("sts.amazonaws.com"))));
  }

  private static PlanInput podIdentity(boolean tags) {
    PlanInput simple = simple();
    return new PlanInput(
        simple.cluster(),
        settings(CrossAccount.DIRECT, tags, ""),
        List.of(
            namespace(
                "shop",
                Target.POD_IDENTITY,
                List.of(
                    workload("Deployment", "web", "web", "shop-web"),
                    workload("Deployment", "worker", "web", "shop-cart"),
                    workload("StatefulSet", "cart", "cart", "shop-cart")),
                List.of(account("web"), account("cart"), account("default")))),
        simple.trust(),
        Map.of(),
        List.of());
  }

  /** Some of its pods have been there since before the association. */
  private static PlanInput podIdentityNotRestarted() {
    WorkloadFacts web =
        new WorkloadFacts(
            "Deployment",
            "web",
            "web",
            Map.of("iam.amazonaws.com/role", "shop-web"),
            /* hostNetwork= */ false,
            List.of(
                new PodFacts(
                    "web-1", CREATED, /* carriesIrsa= */ true, /* carriesPodIdentity= */ false),
                new PodFacts(
                    "web-2", ANNOTATED, /* carriesIrsa= */ false, /* carriesPodIdentity= */ true)),
            List.of());
    return input(
        CrossAccount.DIRECT,
        List.of(namespace("shop", Target.POD_IDENTITY, List.of(web), List.of(account("web")))),
        Map.of(role("shop-web"), trusts(SERVER)),
        Map.of());
  }

  private static PlanInput otherAccounts(CrossAccount how, Target target) {
    return input(
        how,
        List.of(
            namespace(
                "data",
                target,
                List.of(
                    workload(
                        "Deployment",
                        "loader",
                        "loader",
                        "arn:aws:iam::210987654321:role/data/lake"),
                    workload("Deployment", "local", "local", "data-local")),
                List.of(account("loader"), account("local")))),
        Map.of(role("data-local"), trusts(SERVER)),
        Map.of("123456789012", new PresentProvider.Missing()));
  }

  private static PlanInput everythingInTheWay() {
    List<WorkloadFacts> workloads =
        List.of(
            seen("old-java", "aws-sdk-java", "1.11.600", List.of()),
            seen("java-two", "aws-sdk-java", "2.20.0", List.of()),
            seen("broken-irsa", "aws-sdk-go", "1.44.0", List.of("irsa")),
            seen("strange", "minio-go", "7.0.1", List.of()),
            seen("nameless", "", "", List.of()),
            new WorkloadFacts(
                "DaemonSet",
                "node-agent",
                "node-agent",
                Map.of("iam.amazonaws.com/role", "way-role"),
                /* hostNetwork= */ true,
                List.of(),
                List.of()),
            new WorkloadFacts(
                "Deployment",
                "partner",
                "partner",
                Map.of(
                    "iam.amazonaws.com/role", "way-partner",
                    "iam.amazonaws.com/external-id", "do-not-show-me",
                    "iam.amazonaws.com/session-name", "partner"),
                /* hostNetwork= */ false,
                List.of(),
                List.of()),
            new WorkloadFacts(
                "Deployment",
                "half",
                "half",
                Map.of("iam.amazonaws.com/role", "way-role"),
                /* hostNetwork= */ false,
                List.of(
                    new PodFacts(
                        "half-1",
                        CREATED,
                        /* carriesIrsa= */ false,
                        /* carriesPodIdentity= */ false),
                    new PodFacts(
                        "half-2",
                        ANNOTATED,
                        /* carriesIrsa= */ true,
                        /* carriesPodIdentity= */ false)),
                List.of()),
            workload("Pod", "by-hand", "default", "way-role"),
            workload("Deployment", "gone-role", "gone-role", "way-gone"),
            workload("Deployment", "denied", "denied", "way-denied"),
            workload("Deployment", "not-permitted", "not-permitted", "admin"),
            workload("Deployment", "typo", "typo", "arn:aws:iam::12:role/x"));
    List<AccountFacts> accounts = new ArrayList<>(List.of(account("default")));
    for (WorkloadFacts workload : workloads) {
      if (workload.name().equals("half")) {
        accounts.add(
            new AccountFacts(
                "half",
                Map.of(AccountFacts.ROLE, BASE + "way-role"),
                Optional.of(ANNOTATED),
                List.of(),
                Optional.empty(),
                List.of()));
      } else if (!workload.serviceAccount().equals("default")) {
        accounts.add(account(workload.serviceAccount()));
      }
    }
    String conditions =
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole",
           "Condition":{"StringEquals":{"sts:ExternalId":"do-not-show-me"}}}]}
        """
            .formatted(SERVER);
    String denies =
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"},
          {"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole",
           "Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-example"}}}]}
        """;
    NamespaceFacts namespace =
        new NamespaceFacts(
            "way",
            /* planned= */ true,
            /* mode= */ "rehearse",
            Target.IRSA,
            Map.of("iam.amazonaws.com/permitted", ".*role/way-.*"),
            workloads,
            accounts);
    PlanInput input =
        input(
            CrossAccount.DIRECT,
            List.of(namespace),
            Map.of(
                role("way-role"), trusts("arn:aws:iam::123456789012:role/somebody"),
                role("way-partner"), new PresentTrust.Known(TrustDocument.parse(conditions)),
                role("way-denied"), new PresentTrust.Known(TrustDocument.parse(denies)),
                role("way-gone"), new PresentTrust.NoRole()),
            Map.of("123456789012", new PresentProvider.NotReadable("AccessDenied")));
    return new PlanInput(
        input.cluster(),
        input.settings(),
        input.namespaces(),
        input.trust(),
        input.providers(),
        List.of("CronJobs could not be listed: those without a pod at the moment are missing."));
  }

  private static PlanInput folded() {
    List<WorkloadFacts> workloads = new ArrayList<>();
    List<AccountFacts> accounts = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      workloads.add(workload("Deployment", "worker-" + i, "worker-" + i, "many"));
      accounts.add(account("worker-" + i));
      String mixed = "mixed-" + i;
      workloads.add(workload("Deployment", mixed, mixed, i % 2 == 0 ? "mixed" : "other"));
      accounts.add(account(mixed));
    }
    PlanInput input =
        input(
            CrossAccount.DIRECT,
            List.of(namespace("many", Target.IRSA, workloads, accounts)),
            Map.of(
                role("many"), trusts(SERVER),
                role("mixed"), trusts(SERVER),
                role("other"), trusts(SERVER)),
            Map.of("123456789012", new PresentProvider.Known(Set.of("sts.amazonaws.com"))));
    PlanSettings settings = input.settings();
    return new PlanInput(
        input.cluster(),
        new PlanSettings(
            settings.crossAccount(),
            settings.serverPrincipals(),
            /* trustPolicyQuota= */ 700,
            settings.podIdentityTags(),
            settings.roleBaseArn(),
            settings.allowedRolesFormat(),
            settings.strictPermitted(),
            settings.defaultRole(),
            settings.serverAccount()),
        input.namespaces(),
        input.trust(),
        input.providers(),
        input.gaps());
  }

  private static PlanInput kube2iam() {
    NamespaceFacts namespace =
        new NamespaceFacts(
            "legacy",
            /* planned= */ true,
            /* mode= */ "",
            Target.IRSA,
            Map.of("iam.amazonaws.com/allowed-roles", "[\"legacy-*\"]"),
            List.of(
                workload("Deployment", "reader", "reader", "legacy-reader"),
                workload("Deployment", "other", "other", "somebody-elses"),
                workload("Deployment", "plain", "default", "")),
            List.of(account("reader"), account("other"), account("default")));
    return new PlanInput(
        simple().cluster(),
        settings(CrossAccount.DIRECT, /* tags= */ false, "nodes-default"),
        List.of(namespace),
        Map.of(role("legacy-reader"), trusts(SERVER), role("nodes-default"), trusts(SERVER)),
        Map.of("123456789012", new PresentProvider.Known(Set.of("sts.amazonaws.com"))),
        List.of());
  }

  static PlanInput input(
      CrossAccount how,
      List<NamespaceFacts> namespaces,
      Map<RoleArn, PresentTrust> trust,
      Map<String, PresentProvider> providers) {
    return new PlanInput(
        new ClusterFacts("sandbox", ISSUER, "eu-west-1", "aws", "123456789012"),
        settings(how, /* tags= */ false, ""),
        namespaces,
        trust,
        providers,
        List.of());
  }

  static PlanSettings settings(CrossAccount how, boolean tags, String defaultRole) {
    return new PlanSettings(
        how,
        List.of(SERVER),
        PlanSettings.DEFAULT_TRUST_POLICY_QUOTA,
        tags,
        BASE,
        AllowedRolesFormat.GLOB,
        /* strictPermitted= */ true,
        defaultRole,
        AccountName.parse("kube-system/iambridge-server"));
  }

  static NamespaceFacts namespace(
      String name, Target target, List<WorkloadFacts> workloads, List<AccountFacts> accounts) {
    return new NamespaceFacts(
        name,
        /* planned= */ true,
        /* mode= */ "",
        target,
        Map.of("iam.amazonaws.com/permitted", ".*"),
        workloads,
        accounts);
  }

  private static NamespaceFacts unplanned(NamespaceFacts namespace) {
    return new NamespaceFacts(
        namespace.name(),
        /* planned= */ false,
        namespace.mode(),
        namespace.target(),
        namespace.annotations(),
        namespace.workloads(),
        namespace.accounts());
  }

  static AccountFacts account(String name) {
    return new AccountFacts(
        name, Map.of(), Optional.empty(), List.of(), Optional.empty(), List.of());
  }

  static WorkloadFacts workload(String kind, String name, String account, String role) {
    return new WorkloadFacts(
        kind,
        name,
        account,
        role.isEmpty() ? Map.of() : Map.of("iam.amazonaws.com/role", role),
        /* hostNetwork= */ false,
        List.of(),
        List.of());
  }

  private static WorkloadFacts seen(String name, String sdk, String version, List<String> carries) {
    return new WorkloadFacts(
        "Deployment",
        name,
        name,
        Map.of("iam.amazonaws.com/role", "way-role"),
        /* hostNetwork= */ false,
        List.of(),
        List.of(calls("way-role", "served", sdk, version, carries)));
  }

  static Calls calls(
      String role, String outcome, String sdk, String version, List<String> carries) {
    return new Calls(
        BASE + role,
        "kiam",
        "assume-role",
        /* fallback= */ false,
        "imds-v1",
        outcome,
        sdk,
        version,
        carries,
        "2026-11-22T10:00:00Z",
        Map.of("2026-11-22", 12L));
  }

  static RoleArn role(String name) {
    return RoleArn.parse(BASE + name);
  }

  static PresentTrust trusts(String... principals) {
    StringBuilder json =
        new StringBuilder(
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":");
    String all = String.join("\",\"", principals);
    json.append(principals.length == 1 ? "\"" + all + "\"" : "[\"" + all + "\"]");
    return new PresentTrust.Known(
        TrustDocument.parse(json.append("},\"Action\":\"sts:AssumeRole\"}]}").toString()));
  }
}
