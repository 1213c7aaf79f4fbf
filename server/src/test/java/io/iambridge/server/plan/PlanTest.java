package io.iambridge.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.evidence.Calls;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.CrossAccount;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.input.WorkloadFacts;
import io.iambridge.server.plan.model.AccountWork;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.plan.model.Question;
import io.iambridge.server.plan.model.TrustWork;
import io.iambridge.server.plan.model.WorkloadWork;
import io.iambridge.server.plan.text.PlanFiles;
import io.iambridge.server.roles.RoleArn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
  static Stream<String> cases() {
    return PlanCases.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theOrderOfWhatIsReadDoesNotMatter(String name) {
    PlanInput input = PlanCases.all().get(name);
    Random random = new Random(1);
    List<NamespaceFacts> namespaces = new ArrayList<>();
    for (NamespaceFacts facts : input.namespaces()) {
      List<WorkloadFacts> workloads = new ArrayList<>(facts.workloads());
      List<AccountFacts> accounts = new ArrayList<>(facts.accounts());
      Collections.shuffle(workloads, random);
      Collections.shuffle(accounts, random);
      namespaces.add(with(facts, workloads, accounts));
    }
    Collections.shuffle(namespaces, random);
    assertThat(PlanFiles.of(Planner.plan(with(input, namespaces, input.trust()))))
        .isEqualTo(PlanFiles.of(Planner.plan(input)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whenItHasBeenCarriedOutNothingIsLeftToDo(String name) {
    assertNothingIsLeft(PlanCases.all().get(name), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"served", "refused"})
  void theDefaultRoleIsAskedAboutWhoeverUsesIt(String outcome) {
    assertThat(defaultRoleQuestions(List.of()))
        .singleElement()
        .satisfies(question -> assertThat(question.text()).contains("Does it use AWS at all?"));
    Calls calls = PlanCases.calls("nodes-default", outcome, "Boto3", "1.30.0", List.of());
    assertThat(defaultRoleQuestions(List.of(calls)))
        .singleElement()
        .satisfies(question ->
            assertThat(question.text())
                .contains("was seen to ask for credentials. Is that the role that it needs?"));
  }

  private static List<Question> defaultRoleQuestions(List<Calls> calls) {
    PlanInput input = PlanCases.all().get("kube2iam");
    NamespaceFacts legacy = input.namespaces().getFirst();
    List<WorkloadFacts> workloads = new ArrayList<>(legacy.workloads());
    WorkloadFacts plain = workloads.removeLast();
    workloads.add(
        new WorkloadFacts(
            plain.kind(),
            plain.name(),
            plain.serviceAccount(),
            plain.annotations(),
            plain.hostNetwork(),
            plain.pods(),
            calls));
    NamespaceFacts changed = with(legacy, workloads, legacy.accounts());
    Plan plan = Planner.plan(with(input, List.of(changed), input.trust()));
    return plan.namespaces().getFirst().questions().stream()
        .filter(question -> question.topic() == Question.Topic.DEFAULT_ROLE)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theWayBackIsTheExactOpposite(String name) {
    PlanInput input = PlanCases.all().get(name);
    Plan plan = Planner.plan(input);
    Map<String, String> files = PlanFiles.of(plan);
    for (NamespacePlan namespace : plan.namespaces()) {
      for (TrustWork work : namespace.trust()) {
        String file = namespace.folder() + "/rollback/trust/" + work.file() + ".json";
        if (input.trust().get(work.role()) instanceof PresentTrust.Known(var document)) {
          assertThat(files.get(file)).isEqualTo(document.text());
        } else {
          assertThat(files).doesNotContainKey(file);
        }
      }
      for (WorkloadWork work : namespace.workloads()) {
        if (work.isPatched()) {
          String patch = "/kustomize/" + work.patchFile();
          assertThat(files.get(namespace.folder() + "/rollback" + patch))
              .isEqualTo(
                  files
                      .get(namespace.folder() + patch)
                      .replace(
                          "serviceAccountName: " + work.to(),
                          "serviceAccountName: " + work.from()));
        }
      }
      namespace
          .steps()
          .forEach(step ->
              assertThat(step.rollback().isEmpty() && !step.commands().isEmpty())
                  .as("%s of %s has a way back", step.stage(), name)
                  .isEqualTo(
                      !step.commands().isEmpty()
                          && switch (step.stage()) {
                            case CHECK, CHECK_AGAIN, WATCH, RESTART -> true;
                            default -> false;
                          }));
    }
  }

  @Test
  void everyAccountHasOneRoleAndNobodyGainsAny() {
    long seed = Long.getLong("iambridge.plan.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      Target target = random.nextBoolean() ? Target.IRSA : Target.POD_IDENTITY;
      PlanInput input = random(random, target);
      String what = "seed %d, round %d".formatted(seed, round);
      Plan plan = Planner.plan(input);
      for (NamespacePlan namespace : plan.namespaces()) {
        assertOneRoleEach(namespace, input, what);
      }
      assertNothingIsLeft(input, what);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--cli-input-json",
        "-x",
        "",
        "file:///etc/passwd",
        "FILE://secret",
        "fileb://secret",
        "http://somewhere.example",
        "https://kubernetes.default.svc",
        "HTTPS://kubernetes.default",
        PlanCases.ISSUER,
        "two words",
        "a,b",
        "$(id)",
        "line\nfeed"
      })
  void anAudienceThatIsNoPlainWordIsTakenOverNowhere(String audience) {
    Plan plan = Planner.plan(audience(audience));
    assertThat(plan.namespaces().getFirst().blocks())
        .extracting(block -> block.reason() + " " + block.about() + " " + block.before())
        .containsExactly("INVALID_AUDIENCE ServiceAccount/web TRUST");
    assertThat(plan.shared().providers()).isEmpty();
    assertThat(plan.shared().steps().getFirst().commands()).isEmpty();
    assertThat(plan.namespaces().getFirst().trust().getFirst().merged().changed()).isFalse();
    if (!audience.isEmpty()) {
      assertThat(PlanFiles.of(plan).get("00-shared/aws-cli.sh")).doesNotContain(audience);
    }
  }

  @Test
  void anAudienceOfTheirOwnIsAskedAbout() {
    Plan plan = Planner.plan(audience("vault.example/a:b"));
    assertThat(plan.namespaces().getFirst().questions())
        .extracting(question -> question.topic() + " " + question.about())
        .contains("AUDIENCE ServiceAccount/web");
    assertThat(plan.shared().providers().getFirst().audiences())
        .containsExactly("vault.example/a:b");
  }

  @Test
  void aRoleNameThatBeginsWithADashIsNoOption() {
    PlanInput input =
        PlanCases.input(
            CrossAccount.DIRECT,
            List.of(
                PlanCases.namespace(
                    "shop",
                    Target.IRSA,
                    List.of(PlanCases.workload("Deployment", "web", "web", "--region")),
                    List.of(PlanCases.account("web")))),
            Map.of(PlanCases.role("--region"), PlanCases.trusts(PlanCases.SERVER)),
            Map.of());
    assertThat(PlanFiles.of(Planner.plan(input)))
        .allSatisfy((path, text) -> assertThat(text).doesNotContain("--role-name --region"));
  }

  @Test
  void rolesOfTheSameNameHaveFilesOfTheirOwn() {
    List<String> roles =
        List.of(
            "arn:aws:iam::123456789012:role/lake",
            "arn:aws:iam::123456789012:role/data/lake",
            "arn:aws:iam::123456789012:role/LAKE",
            "arn:aws:iam::210987654321:role/lake",
            "arn:aws:iam::123456789012:role/210987654321.lake",
            "arn:aws:iam::123456789012:role/plain",
            "arn:aws:iam::123456789012:role/plain.permission",
            "arn:aws:iam::123456789012:role/plain.statement");
    List<WorkloadFacts> workloads = new ArrayList<>();
    List<AccountFacts> accounts = new ArrayList<>();
    Map<RoleArn, PresentTrust> trust = new HashMap<>();
    for (int i = 0; i < roles.size(); i++) {
      workloads.add(PlanCases.workload("Deployment", "w" + i, "w" + i, roles.get(i)));
      accounts.add(PlanCases.account("w" + i));
      trust.put(RoleArn.parse(roles.get(i)), PlanCases.trusts(PlanCases.SERVER));
    }
    PlanInput input =
        PlanCases.input(
            CrossAccount.DIRECT,
            List.of(PlanCases.namespace("shop", Target.IRSA, workloads, accounts)),
            trust,
            Map.of());
    Plan plan = Planner.plan(input);
    List<TrustWork> works = plan.namespaces().getFirst().trust();
    assertThat(works).hasSize(roles.size());
    assertThat(works.stream().map(work -> work.file().toLowerCase(Locale.ROOT)))
        .doesNotHaveDuplicates()
        .contains("plain")
        .noneMatch(file -> file.endsWith(".permission") || file.endsWith(".statement"));
    Map<String, String> files = PlanFiles.of(plan);
    for (TrustWork work : works) {
      assertThat(files.get("01-shop/trust/" + work.file() + ".json"))
          .isEqualTo(work.merged().document().text());
    }
  }

  private static PlanInput audience(String audience) {
    AccountFacts web =
        new AccountFacts(
            "web",
            Map.of(AccountFacts.AUDIENCE, audience),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of());
    return PlanCases.input(
        CrossAccount.DIRECT,
        List.of(
            PlanCases.namespace(
                "shop",
                Target.IRSA,
                List.of(PlanCases.workload("Deployment", "web", "web", "shop-web")),
                List.of(web))),
        Map.of(PlanCases.role("shop-web"), PlanCases.trusts(PlanCases.SERVER)),
        Map.of());
  }

  private static void assertOneRoleEach(NamespacePlan namespace, PlanInput input, String what) {
    Map<String, Optional<RoleArn>> roles = new HashMap<>();
    Set<String> shared = new HashSet<>();
    for (WorkloadWork work : namespace.workloads()) {
      Optional<RoleArn> before = roles.putIfAbsent(work.to(), work.role());
      if (before != null && !before.equals(work.role())) {
        shared.add(work.to());
      }
      assertThat(work.moves() && work.role().isEmpty()).as(what).isFalse();
    }
    NamespaceFacts facts =
        input.namespaces().stream()
            .filter(one -> one.name().equals(namespace.name()))
            .findFirst()
            .orElseThrow();
    for (String account : shared) {
      // Only where somebody gave the account its role before us.
      assertThat(
              facts.accounts().stream()
                  .filter(one -> one.name().equals(account))
                  .anyMatch(one -> one.annotations().containsKey(AccountFacts.ROLE)))
          .as("%s: %s is shared", what, account)
          .isTrue();
    }
    for (AccountWork work : namespace.accounts()) {
      assertThat(work.name()).as(what).matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");
      assertThat(work.name().length()).as(what).isLessThanOrEqualTo(63);
      boolean there =
          facts.accounts().stream().anyMatch(account -> account.name().equals(work.name()));
      assertThat(work.create()).as("%s: %s", what, work.name()).isEqualTo(!there);
    }
    Set<String> names = new HashSet<>();
    namespace
        .accounts()
        .forEach(
            work -> assertThat(names.add(work.name())).as("%s: %s", what, work.name()).isTrue());
  }

  private static void assertNothingIsLeft(PlanInput input, String what) {
    Plan plan = Planner.plan(input);
    PlanInput after = carriedOut(input, plan);
    Plan again = Planner.plan(after);
    for (NamespacePlan namespace : again.namespaces()) {
      assertThat(namespace.accounts()).as("%s: accounts", what).isEmpty();
      assertThat(namespace.workloads().stream().filter(WorkloadWork::isPatched))
          .as("%s: workloads", what)
          .isEmpty();
      namespace
          .trust()
          .forEach(work -> {
            if (work.before().isPresent() && work.merged().fits()) {
              assertThat(work.merged().changed()).as("%s: %s", what, work.role()).isFalse();
            }
          });
    }
  }

  /** What the cluster is like after the steps up to the switch. */
  private static PlanInput carriedOut(PlanInput input, Plan plan) {
    Map<RoleArn, PresentTrust> trust = new HashMap<>(input.trust());
    plan.shared()
        .roles()
        .forEach(work -> trust.put(work.role(), new PresentTrust.Known(work.merged().document())));
    Map<String, NamespacePlan> plans = new HashMap<>();
    for (NamespacePlan namespace : plan.namespaces()) {
      plans.put(namespace.name(), namespace);
      for (TrustWork work : namespace.trust()) {
        if (work.replaces()) {
          trust.put(work.role(), new PresentTrust.Known(work.merged().document()));
        }
      }
    }
    List<NamespaceFacts> namespaces = new ArrayList<>();
    for (NamespaceFacts facts : input.namespaces()) {
      NamespacePlan of = plans.get(facts.name());
      namespaces.add(of == null ? facts : carriedOut(facts, of));
    }
    return with(input, namespaces, trust);
  }

  private static NamespaceFacts carriedOut(NamespaceFacts facts, NamespacePlan plan) {
    Map<String, AccountFacts> accounts = new TreeMap<>();
    facts.accounts().forEach(account -> accounts.put(account.name(), account));
    for (AccountWork work : plan.accounts()) {
      AccountFacts before = accounts.get(work.name());
      Map<String, String> annotations =
          new HashMap<>(before == null ? Map.of() : before.annotations());
      annotations.putAll(work.annotations());
      accounts.put(
          work.name(),
          new AccountFacts(
              work.name(),
              annotations,
              Optional.empty(),
              work.imagePullSecrets(),
              work.automount(),
              List.of()));
    }
    Map<String, WorkloadWork> works = new HashMap<>();
    plan.workloads().forEach(work -> works.put(work.title(), work));
    List<WorkloadFacts> workloads = new ArrayList<>();
    for (WorkloadFacts workload : facts.workloads()) {
      WorkloadWork work = works.get(workload.title());
      workloads.add(
          new WorkloadFacts(
              workload.kind(),
              workload.name(),
              work.isPatched() ? work.to() : workload.serviceAccount(),
              workload.annotations(),
              workload.hostNetwork(),
              workload.pods(),
              workload.calls()));
    }
    return with(facts, workloads, List.copyOf(accounts.values()));
  }

  private static PlanInput random(Random random, Target target) {
    List<NamespaceFacts> namespaces = new ArrayList<>();
    Map<RoleArn, PresentTrust> trust = new HashMap<>();
    String[] roles = {"", "", "a", "b", "c", "arn:aws:iam::210987654321:role/x", "B_ad.Name"};
    String[] kinds = {"Deployment", "CronJob", "DaemonSet", "StatefulSet"};
    String[] names = {"default", "a", "b", "w1", "w2", "shared"};
    for (String role : List.of("a", "b", "c", "B_ad.Name")) {
      if (random.nextInt(4) > 0) {
        trust.put(PlanCases.role(role), PlanCases.trusts(PlanCases.SERVER));
      }
    }
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      List<WorkloadFacts> workloads = new ArrayList<>();
      for (int j = 0; j < 1 + random.nextInt(8); j++) {
        workloads.add(
            PlanCases.workload(
                kinds[random.nextInt(kinds.length)],
                "w" + j,
                names[random.nextInt(names.length)],
                roles[random.nextInt(roles.length)]));
      }
      List<AccountFacts> accounts = new ArrayList<>();
      for (String name : names) {
        if (random.nextInt(5) == 0) {
          accounts.add(
              new AccountFacts(
                  name,
                  Map.of(
                      AccountFacts.ROLE,
                      PlanCases.role(List.of("a", "b").get(random.nextInt(2))).toString()),
                  Optional.empty(),
                  List.of(),
                  Optional.empty(),
                  List.of()));
        } else {
          accounts.add(PlanCases.account(name));
        }
      }
      namespaces.add(PlanCases.namespace("ns" + i, target, workloads, accounts));
    }
    return PlanCases.input(
        random.nextBoolean() ? CrossAccount.CHAIN : CrossAccount.DIRECT,
        namespaces,
        trust,
        Map.of("123456789012", new PresentProvider.Missing()));
  }

  private static NamespaceFacts with(
      NamespaceFacts facts, List<WorkloadFacts> workloads, List<AccountFacts> accounts) {
    return new NamespaceFacts(
        facts.name(),
        facts.planned(),
        facts.mode(),
        facts.target(),
        facts.annotations(),
        workloads,
        accounts);
  }

  private static PlanInput with(
      PlanInput input, List<NamespaceFacts> namespaces, Map<RoleArn, PresentTrust> trust) {
    return new PlanInput(
        input.cluster(), input.settings(), namespaces, trust, input.providers(), input.gaps());
  }
}
