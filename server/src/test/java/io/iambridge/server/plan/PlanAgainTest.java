package io.iambridge.server.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.cli.StartException;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.CrossAccount;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.plan.text.EarlierPlan;
import io.iambridge.server.plan.text.PlanFiles;
import io.iambridge.server.plan.text.PlanFolder;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.roles.RoleArn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plan that is made again, in the folder of an earlier one. */
class PlanAgainTest {
  private static final RoleArn SHARED = PlanCases.role("shared");
  private static final RoleArn OWN = PlanCases.role("own");
  private static final String LAKE_ACCOUNT = "210987654321";
  private static final String LAKE = "arn:aws:iam::" + LAKE_ACCOUNT + ":role/data/lake";
  private static final String OWN_BACK = "rollback/trust/own.json";

  @TempDir Path out;

  /** What IAM has. */
  private final Map<RoleArn, PresentTrust> iam =
      new HashMap<>(
          Map.of(
              SHARED, PlanCases.trusts(PlanCases.SERVER),
              OWN, PlanCases.trusts(PlanCases.SERVER)));

  private final TrustDocument first = document(OWN);

  @ParameterizedTest
  @EnumSource(Target.class)
  void theWayBackStaysTheFirstOne(Target target) throws IOException {
    write(target, 1, "a");
    Path back = out.resolve("01-a").resolve(OWN_BACK);
    assertThat(back).hasContent(first.text());
    for (int workloads = 1; workloads < 4; workloads++) {
      carryOut("01-a", "trust");
      write(target, workloads, "a");
      assertThat(back).hasContent(first.text());
      // Once more before it is carried out.
      write(target, workloads, "a");
      assertThat(back).hasContent(first.text());
    }
    carryOut("01-a", "trust");
    carryOut("01-a", "untrust");
    write(target, 3, "a");
    assertThat(back).hasContent(first.text());
    carryBack("01-a", "trust");
    assertThat(document(OWN)).isEqualTo(first);
  }

  @Test
  void theWayBackStaysWhateverTheOrderOfEvents() throws IOException {
    long seed = Long.getLong("iambridge.plan.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < 150; i++) {
      String what = "seed %d, event %d".formatted(seed, i);
      switch (random.nextInt(4)) {
        case 0 -> carryOut("01-a", "trust");
        case 1 -> carryBack("01-a", "trust");
        case 2 -> carryOut("01-a", "untrust");
        default -> {
          write(Target.IRSA, 1 + random.nextInt(4), "a");
          assertThat(out.resolve("01-a").resolve(OWN_BACK)).as(what).hasContent(first.text());
        }
      }
    }
  }

  @Test
  void whatSomebodyElseAddedStaysOnTheWayBack() throws IOException {
    write(Target.IRSA, 1, "a");
    carryOut("01-a", "trust");
    String ops = "\"AWS\" : \"arn:aws:iam::123456789012:user/ops\"";
    String added =
        document(OWN)
            .text()
            .replace(
                "\"Statement\" : [",
                "\"Statement\" : [ {\"Effect\":\"Allow\",\"Principal\":{"
                    + ops
                    + "},\"Action\":\"sts:AssumeRole\"},");
    iam.put(OWN, new PresentTrust.Known(TrustDocument.parse(added)));
    write(Target.IRSA, 2, "a");
    TrustDocument back =
        TrustDocument.parse(Files.readString(out.resolve("01-a").resolve(OWN_BACK)));
    assertThat(back.json().path("Statement")).hasSize(2);
    assertThat(back.text()).contains(ops).contains(PlanCases.SERVER).doesNotContain("Federated");
    assertThat(out.resolve("01-a/README.md")).content().contains("earlier plans have changed it");
  }

  @Test
  void foldersOfOtherNamespacesStayAsTheyAre() throws IOException {
    write(Target.IRSA, 1, "a", "b", "c");
    Map<String, String> before = files("02-b", "03-c", "00-shared");
    write(Target.IRSA, 2, "a");
    assertThat(files("02-b", "03-c", "00-shared").keySet()).isEqualTo(before.keySet());
    assertThat(files("02-b", "03-c"))
        .allSatisfy((file, text) -> assertThat(text).isEqualTo(before.get(file)));
    assertThat(out.resolve("README.md"))
        .content()
        .contains("[01-a](01-a/README.md)")
        .contains("[02-b](02-b/README.md)")
        .contains("As earlier plans left them: 02-b, 03-c.");
    assertThat(out.resolve("plan.json")).content().contains("\"03-c\"");

    write(Target.IRSA, 1, "d");
    write(Target.IRSA, 1, "c");
    assertThat(folders()).containsExactly("00-shared", "01-a", "02-b", "03-c", "04-d");
  }

  @Test
  void onlyWhoAsksForItLosesThem() throws IOException {
    write(Target.IRSA, 1, "a", "b");
    EarlierPlan earlier = new PlanFolder(out).earlier();
    PlanInput input = input(Target.IRSA, 1, "b").after(earlier.facts().replaced());
    new PlanFolder(out).write(PlanFiles.of(Planner.plan(input)));
    assertThat(folders()).containsExactly("00-shared", "01-b");
  }

  @Test
  void namespacesThatShareRoleHaveTheirOwnWaysBack() throws IOException {
    TrustDocument before = document(SHARED);
    write(Target.IRSA, 1, "a");
    carryOut("01-a", "trust");
    TrustDocument between = document(SHARED);
    write(Target.IRSA, 1, "b");
    carryOut("02-b", "trust");
    write(Target.IRSA, 1, "b");
    assertThat(out.resolve("02-b/rollback/trust/shared.json")).hasContent(between.text());
    write(Target.IRSA, 1, "a", "b");
    assertThat(out.resolve("01-a/rollback/trust/shared.json")).hasContent(before.text());
  }

  @Test
  void theFirstWayBackStaysWhereNamespacesThatShareRoleAreDoneOneByOne() throws IOException {
    TrustDocument before = document(SHARED);
    Path back = out.resolve("01-a/rollback/trust/shared.json");
    write(Target.IRSA, 1, "a");
    carryOut("01-a", "trust");
    TrustDocument between = document(SHARED);
    write(Target.IRSA, 1, "b");
    carryOut("02-b", "trust");
    for (int i = 0; i < 2; i++) {
      write(Target.IRSA, 1, "a");
      assertThat(back).hasContent(before.text());
      write(Target.IRSA, 1, "b");
      assertThat(out.resolve("02-b/rollback/trust/shared.json")).hasContent(between.text());
    }
    // What plans are for stays trusted meanwhile.
    assertThat(out.resolve("01-a/trust/shared.json"))
        .content()
        .contains("system:serviceaccount:a:s", "system:serviceaccount:b:s");
    carryBack("02-b", "trust");
    assertThat(document(SHARED)).isEqualTo(between);
    carryBack("01-a", "trust");
    assertThat(document(SHARED)).isEqualTo(before);
  }

  @Test
  void noWayBackHasStatementOfPlansThatSomebodyElseChangedBesides() throws IOException {
    write(Target.IRSA, 1, "a");
    carryOut("01-a", "trust");
    write(Target.IRSA, 1, "b");
    carryOut("02-b", "trust");
    String ops = "\"AWS\":\"arn:aws:iam::123456789012:user/ops\"";
    String added =
        document(SHARED)
            .text()
            .replace(
                "\"Statement\" : [",
                "\"Statement\" : [ {\"Effect\":\"Allow\",\"Principal\":{"
                    + ops
                    + "},\"Action\":\"sts:AssumeRole\"},");
    iam.put(SHARED, new PresentTrust.Known(TrustDocument.parse(added)));
    write(Target.IRSA, 1, "a");
    assertThat(out.resolve("01-a/rollback/trust/shared.json"))
        .content()
        .contains("user/ops", PlanCases.SERVER)
        .doesNotContain("Federated");
    write(Target.IRSA, 1, "b");
    assertThat(out.resolve("02-b/rollback/trust/shared.json"))
        .content()
        .contains("user/ops", "system:serviceaccount:a:s")
        .doesNotContain("system:serviceaccount:b:s");
  }

  @ParameterizedTest
  @EnumSource(CrossAccount.class)
  void whatOthersStillNeedStaysInTheSharedPart(CrossAccount how) throws IOException {
    write(how, LAKE, "a");
    String terraform = Files.readString(out.resolve("00-shared/terraform/main.tf"));
    assertThat(out.resolve("00-shared/rollback/aws-cli.sh"))
        .content()
        .contains("delete-open-id-connect-provider");
    List<String> needed =
        Files.readString(out.resolve("00-shared/rollback/aws-cli.sh"))
            .lines()
            .filter(line -> line.contains(" delete-"))
            .toList();
    Map<String, String> policies = new HashMap<>(files("00-shared"));
    policies.keySet().removeIf(file -> !file.contains("/trust/"));
    // Once more as well, since the next plan only knows what the last one kept.
    for (int i = 0; i < 2; i++) {
      write(how, "own", "b");
      assertThat(blocks(Files.readString(out.resolve("00-shared/terraform/main.tf"))))
          .containsAll(blocks(terraform));
      assertThat(files("00-shared/rollback").values().toString())
          .as("whoever goes back with b takes nothing from a")
          .doesNotContain("delete-role")
          .doesNotContain(needed.stream().toArray(String[]::new));
      assertThat(files("00-shared")).containsAllEntriesOf(policies);
      assertThat(out.resolve("00-shared/README.md"))
          .content()
          .contains(
              "With all that earlier plans have for a, whose folders stay; the way back leaves it");
    }
    // The other one needs the same.
    write(how, LAKE, "b");
    assertThat(files("00-shared").keySet()).containsAll(policies.keySet());
    if (how == CrossAccount.CHAIN) {
      assertThat(files("00-shared/trust").values().toString())
          .contains("system:serviceaccount:a:w", "system:serviceaccount:b:w");
    }
  }

  @Test
  void whatOthersNeedIsNotLostWhereSomebodyHasChangedIt() {
    write(CrossAccount.CHAIN, LAKE, "a");
    RoleArn chain =
        new PlanFolder(out).earlier().facts().shared().roles().keySet().iterator().next();
    iam.put(chain, PlanCases.trusts(PlanCases.SERVER));
    assertThatThrownBy(() -> write(CrossAccount.CHAIN, LAKE, "b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(chain + " is not yet trusted as an earlier plan")
        .hasMessageContaining("(a): do its 00-shared first");
  }

  @Test
  void anEarlierPlanOfAnotherClusterIsRefused() {
    write(Target.IRSA, 1, "a");
    EarlierPlan earlier = new PlanFolder(out).earlier();
    ClusterFacts same = input(Target.IRSA, 1, "a").cluster();
    earlier.sameCluster(same);
    earlier.sameCluster(cluster("", same.issuer()));
    assertThatThrownBy(() -> earlier.sameCluster(cluster("other", same.issuer())))
        .hasMessageContaining("another cluster, whose name is sandbox, not other");
    assertThatThrownBy(() -> earlier.sameCluster(cluster("sandbox", "https://issuer.example")))
        .hasMessageContaining("another cluster, whose issuer is " + same.issuer());
    EarlierPlan.NONE.sameCluster(same);
  }

  private static ClusterFacts cluster(String name, String issuer) {
    return new ClusterFacts(name, issuer, "eu-west-1", "aws", "123456789012");
  }

  @Test
  void onlyWhatIsPlannedForCountsAsBlocked() throws IOException {
    write(CrossAccount.DIRECT, LAKE, "a");
    assertThat(out.resolve("plan.json")).content().contains("\"blocked\" : true");
    PlanInput input = input(Target.POD_IDENTITY, 1, "b");
    PlanInput readable =
        new PlanInput(
            input.cluster(),
            input.settings(),
            input.namespaces(),
            input.trust(),
            Map.of(
                LAKE_ACCOUNT,
                new PresentProvider.Known(Set.of("sts.amazonaws.com")),
                "123456789012",
                new PresentProvider.Missing()),
            input.gaps());
    Plan plan = write(readable);
    assertThat(out.resolve("plan.json"))
        .content()
        .contains("\"blocked\" : " + plan.blocked())
        .contains("other-account");
    assertThat(plan.blocked()).isFalse();
  }

  /** What Terraform would make. */
  private static List<String> blocks(String terraform) {
    return terraform.lines().filter(line -> line.startsWith("resource ")).toList();
  }

  /** One workload of each namespace, whose role is that one. */
  private void write(CrossAccount how, String role, String namespace) {
    NamespaceFacts facts =
        PlanCases.namespace(
            namespace,
            Target.IRSA,
            List.of(PlanCases.workload("Deployment", "w", "w", role)),
            List.of(PlanCases.account("w")));
    write(PlanCases.input(how, List.of(facts), iam, Map.of()));
  }

  @Test
  void anEarlierPlanThatCannotBeReadIsNotWrittenOver() throws IOException {
    write(Target.IRSA, 1, "a");
    Files.writeString(out.resolve("plan.json"), "{}");
    assertThatThrownBy(() -> new PlanFolder(out).earlier())
        .isInstanceOf(StartException.class)
        .hasMessageContaining("plan.json that cannot be read");
    Files.delete(out.resolve("plan.json"));
    assertThatThrownBy(() -> new PlanFolder(out).earlier()).isInstanceOf(StartException.class);
  }

  private void write(Target target, int workloads, String... namespaces) {
    write(input(target, workloads, namespaces));
  }

  private Plan write(PlanInput input) {
    PlanFolder folder = new PlanFolder(out);
    EarlierPlan earlier = folder.earlier();
    Plan plan = Planner.plan(input.after(earlier.facts()));
    EarlierPlan staying = earlier.without(plan);
    folder.write(PlanFiles.of(plan, staying), staying);
    return plan;
  }

  private PlanInput input(Target target, int workloads, String... namespaces) {
    List<NamespaceFacts> facts = new ArrayList<>();
    for (String name : namespaces) {
      var works = new ArrayList<>(List.of(PlanCases.workload("Deployment", "s", "s", "shared")));
      var accounts = new ArrayList<>(List.of(PlanCases.account("s")));
      for (int i = 0; i < workloads; i++) {
        works.add(PlanCases.workload("Deployment", "w" + i, "w" + i, "own"));
        accounts.add(PlanCases.account("w" + i));
      }
      facts.add(PlanCases.namespace(name, target, works, accounts));
    }
    return PlanCases.input(CrossAccount.DIRECT, facts, iam, Map.of());
  }

  private TrustDocument document(RoleArn role) {
    if (iam.get(role) instanceof PresentTrust.Known(TrustDocument document)) {
      return document;
    }
    throw new IllegalStateException("no " + role);
  }

  private void carryOut(String folder, String step) throws IOException {
    carry(folder, step.equals("trust") ? "trust" : "retire");
  }

  private void carryBack(String folder, String step) throws IOException {
    carry(folder, "rollback/" + step);
  }

  private void carry(String folder, String from) throws IOException {
    for (RoleArn role : List.of(SHARED, OWN)) {
      Path file = out.resolve(folder).resolve(from).resolve(role.name() + ".json");
      if (Files.exists(file)) {
        TrustDocument policy = TrustDocument.parse(Files.readString(file));
        iam.put(role, new PresentTrust.Known(policy));
      }
    }
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> there = Files.list(out)) {
      return there
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private Map<String, String> files(String... folders) throws IOException {
    Map<String, String> files = new HashMap<>();
    for (String folder : folders) {
      try (Stream<Path> there = Files.walk(out.resolve(folder))) {
        for (Path file : there.filter(Files::isRegularFile).toList()) {
          files.put(out.relativize(file).toString(), Files.readString(file));
        }
      }
    }
    return files;
  }
}
