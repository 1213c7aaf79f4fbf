package io.iambridge.server.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.cli.StartException;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.CrossAccount;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plan that is made again, in the folder of an earlier one. */
class PlanAgainTest {
  private static final RoleArn SHARED = PlanCases.role("shared");
  private static final RoleArn OWN = PlanCases.role("own");
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
    PlanFolder folder = new PlanFolder(out);
    EarlierPlan earlier = folder.earlier();
    Plan plan = Planner.plan(input(target, workloads, namespaces).after(earlier.facts()));
    EarlierPlan staying = earlier.without(plan);
    folder.write(PlanFiles.of(plan, staying), staying);
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
