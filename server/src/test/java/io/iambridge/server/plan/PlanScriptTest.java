package io.iambridge.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.model.Command;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.plan.model.Step;
import io.iambridge.server.plan.text.PlanFiles;
import io.iambridge.server.plan.text.PlanFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of plans do what plan.json says, where nobody else has changed anything. */
class PlanScriptTest {
  private static final String ACCOUNT = "123456789012";

  /** What scripts and fakes need besides. */
  private static final List<String> TOOLS =
      List.of("basename", "cat", "dirname", "grep", "mktemp", "printenv", "rm", "xargs");

  @TempDir Path temp;
  private FakeTools tools;
  private Path out;

  @BeforeEach
  void makeTools() throws IOException {
    tools = new FakeTools(Files.createDirectory(temp.resolve("tools")));
    out = temp.resolve("plan");
  }

  static Stream<String> cases() {
    return PlanCases.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyScriptIsOneToTheShell(String name) throws Exception {
    write(name);
    try (Stream<Path> files = Files.walk(out)) {
      List<Path> scripts = files.filter(file -> file.toString().endsWith(".sh")).toList();
      assertThat(scripts).hasSizeGreaterThanOrEqualTo(4);
      for (Path script : scripts) {
        Process check = new ProcessBuilder("/bin/sh", "-n", script.toString()).inheritIO().start();
        assertThat(check.waitFor()).as(script.toString()).isZero();
        assertThat(tools.run(script, "no-step", ACCOUNT).status()).isEqualTo(2);
      }
    }
    assertThat(tools.changes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple-irsa", "shared-accounts", "pod-identity", "kube2iam"})
  void scriptsDoWhatTheWordsSay(String name) throws Exception {
    Plan plan = write(name);
    for (NamespacePlan namespace : plan.namespaces()) {
      present(namespace);
      Path folder = out.resolve(namespace.folder());
      for (Step step : namespace.steps()) {
        assertDoes(folder.resolve("aws-cli.sh"), step, step.commands());
      }
      for (Step step : namespace.steps().reversed()) {
        assertDoes(folder.resolve("rollback/aws-cli.sh"), step, step.rollback());
      }
      for (var work : namespace.trust()) {
        if (work.before().isPresent()) {
          assertThat(tools.role(work.role().name())).isEqualTo(work.before().get().text());
        }
      }
    }
  }

  private void assertDoes(Path script, Step step, List<Command> commands) throws Exception {
    String word = step.stage().word();
    if (commands.isEmpty()) {
      assertThat(tools.run(script, word, ACCOUNT).status()).isEqualTo(2);
      return;
    }
    FakeTools.Ran ran = tools.run(script, word, ACCOUNT);
    assertThat(ran.status()).as("%s: %s", word, ran.output()).isZero();
    List<List<String>> done = tools.changes();
    List<List<String>> words =
        commands.stream()
            .map(command -> FakeTools.plain(command.words()))
            .filter(said -> !said.getFirst().equals("sh"))
            .toList();
    assertThat(done.stream().filter(call -> !call.contains("delete-pod-identity-association")))
        .as(word)
        .containsExactlyElementsOf(words);
    assertThat(done).hasSameSizeAs(commands);
  }

  @Test
  void trustThatSomebodyElseChangedStaysAsItIs() throws Exception {
    Plan plan = write("simple-irsa");
    NamespacePlan shop = plan.namespaces().getFirst();
    present(shop);
    String changed = tools.role("shop-web").replace("kiam-server", "somebody-else");
    tools.role("shop-web", changed);
    Path script = out.resolve(shop.folder()).resolve("aws-cli.sh");
    FakeTools.Ran ran = tools.run(script, "trust", ACCOUNT);
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.output())
        .contains("Role shop-web changed since the plan")
        .contains("Plan again");
    assertThat(tools.role("shop-web")).isEqualTo(changed);

    Path back = out.resolve(shop.folder()).resolve("rollback/aws-cli.sh");
    assertThat(tools.run(back, "trust", ACCOUNT).output()).contains("Role shop-web changed");
    assertThat(tools.role("shop-web")).isEqualTo(changed);
    assertThat(tools.changes())
        .extracting(call -> String.join(" ", call))
        .noneMatch(call -> call.contains("--role-name shop-web"));
  }

  /** Those of them that there are; without any, no script can compare. */
  static Stream<String> comparers() {
    return Stream.of("python3", "jq").filter(name -> FakeTools.onPath(name).isPresent());
  }

  @ParameterizedTest
  @MethodSource("comparers")
  void theFormOfPolicyDoesNotMatter(String comparer) throws Exception {
    NamespacePlan shop = write("simple-irsa").namespaces().getFirst();
    present(shop);
    String program = FakeTools.onPath(comparer).orElseThrow().toString();
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    tools.only(TOOLS, comparer, "PATH='" + path + "' exec '" + program + "' \"$@\"\n");
    tools.role(
        "shop-web",
        """
        {"Statement":{"Action":["sts:AssumeRole"],"Principal":{"AWS":["%s"]},
          "Effect":"Allow"},"Version":"2012-10-17"}
        """
            .formatted(PlanCases.SERVER));
    Path script = out.resolve(shop.folder()).resolve("aws-cli.sh");
    FakeTools.Ran ran = tools.run(script, "trust", ACCOUNT);
    assertThat(ran.status()).as(ran.output()).isZero();
    assertThat(awsChanges()).hasSize(2);
    tools.role("shop-web", turned(tools.role("shop-web")));
    FakeTools.Ran again = tools.run(script, "trust", ACCOUNT);
    assertThat(again.status()).as(again.output()).isZero();
    assertThat(again.output()).contains("shop-web has the trust policy of trust/shop-web.json");
    assertThat(awsChanges()).isEmpty();
  }

  private List<List<String>> awsChanges() throws IOException {
    return tools.changes().stream().filter(call -> call.getFirst().equals("aws")).toList();
  }

  /** The same policy with all keys and all lists the other way round. */
  private static String turned(String policy) throws IOException {
    return turned(new JsonMapper().readTree(policy)).toString();
  }

  private static JsonNode turned(JsonNode json) {
    if (json instanceof ObjectNode object) {
      ObjectNode turned = JsonNodeFactory.instance.objectNode();
      List.copyOf(object.properties())
          .reversed()
          .forEach(entry -> turned.set(entry.getKey(), turned(entry.getValue())));
      return turned;
    }
    if (json instanceof ArrayNode array) {
      ArrayNode turned = JsonNodeFactory.instance.arrayNode();
      array.forEach(one -> turned.insert(0, turned(one)));
      return turned;
    }
    return json;
  }

  @Test
  void whatIsMadeAlreadyIsNotMadeAgain() throws Exception {
    write("other-accounts-chain");
    Path script = out.resolve("00-shared/aws-cli.sh");
    assertThat(tools.run(script, "trust", ACCOUNT).status()).isZero();
    assertThat(tools.changes().toString()).contains("create-role", "create-open-id-connect");
    FakeTools.Ran again = tools.run(script, "trust", ACCOUNT);
    assertThat(again.status()).as(again.output()).isZero();
    assertThat(again.output()).contains("is there already");
    assertThat(tools.changes().toString()).doesNotContain("create-");

    tools.role("iambridge-via-210987654321-lake", "{\"Statement\": []}");
    FakeTools.Ran foreign = tools.run(script, "trust", ACCOUNT);
    assertThat(foreign.status()).isEqualTo(1);
    assertThat(foreign.output()).contains("trusts something else").contains("Plan again");
  }

  @Test
  void credentialsOfAnotherAccountAreNotUsed() throws Exception {
    NamespacePlan shop = write("simple-irsa").namespaces().getFirst();
    present(shop);
    Path script = out.resolve(shop.folder()).resolve("aws-cli.sh");
    assertThat(tools.run(script, "trust", "210987654321").status()).isNotZero();
    assertThat(tools.changes()).isEmpty();
  }

  @Test
  void anAssociationThatIsThereIsMadeOnce() throws Exception {
    NamespacePlan shop = write("pod-identity").namespaces().getFirst();
    Path script = out.resolve(shop.folder()).resolve("aws-cli.sh");
    assertThat(tools.run(script, "service-accounts", ACCOUNT).status()).isZero();
    tools.changes();
    FakeTools.Ran again = tools.run(script, "service-accounts", ACCOUNT);
    assertThat(again.status()).as(again.output()).isZero();
    assertThat(again.output()).contains("shop/worker has the association with", "already");
    assertThat(tools.changes()).noneMatch(call -> call.getFirst().equals("aws"));
  }

  @Test
  void anAssociationOfSomebodyElseIsNotTouched() throws Exception {
    NamespacePlan shop = write("pod-identity").namespaces().getFirst();
    tools.association("shop", "worker", "arn:aws:iam::123456789012:role/else");
    Path folder = out.resolve(shop.folder());
    FakeTools.Ran ran = tools.run(folder.resolve("aws-cli.sh"), "service-accounts", ACCOUNT);
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.output())
        .contains("shop/worker has association a-else with another role")
        .contains("Change it yourself or delete it, then go on");
    Path back = folder.resolve("rollback/aws-cli.sh");
    FakeTools.Ran ranBack = tools.run(back, "service-accounts", ACCOUNT);
    assertThat(ranBack.status()).as(ranBack.output()).isZero();
    assertThat(ranBack.output()).contains("another role than", "it stays");
    assertThat(tools.changes())
        .extracting(call -> String.join(" ", call))
        .noneMatch(call -> call.contains("update-pod-identity-association"))
        .noneMatch(call -> call.contains("a-else"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"list-pod-identity-associations", "describe-pod-identity-association"})
  void nothingIsDoneWhereItCannotBeSeenWhatIsThere(String fails) throws Exception {
    NamespacePlan shop = write("pod-identity").namespaces().getFirst();
    for (var association : shop.associations()) {
      tools.association("shop", association.serviceAccount(), association.role().toString());
    }
    tools.fail(fails);
    List<String> shells = new ArrayList<>(List.of("/bin/sh"));
    FakeTools.onPath("bash").ifPresent(bash -> shells.add(bash.toString()));
    for (String shell : shells) {
      for (String script : List.of("aws-cli.sh", "rollback/aws-cli.sh")) {
        Path file = out.resolve(shop.folder()).resolve(script);
        assertThat(tools.run(shell, file, "service-accounts", ACCOUNT).status())
            .as("%s %s", shell, script)
            .isNotZero();
        assertThat(tools.changes()).noneMatch(call -> call.getFirst().equals("aws"));
      }
    }
  }

  @Test
  void whatCannotBeComparedIsNotTheSame() throws Exception {
    NamespacePlan shop = write("simple-irsa").namespaces().getFirst();
    present(shop);
    String before = tools.role("shop-web");
    tools.only(TOOLS, "jq", "exit 5\n");
    FakeTools.Ran ran =
        tools.run(out.resolve(shop.folder()).resolve("aws-cli.sh"), "trust", ACCOUNT);
    assertThat(ran.status()).as(ran.output()).isEqualTo(1);
    assertThat(ran.output()).doesNotContain("already").doesNotContain("changed since");
    assertThat(tools.role("shop-web")).isEqualTo(before);
    assertThat(tools.changes()).isNotEmpty().allMatch(call -> call.getFirst().equals("jq"));
  }

  @Test
  void nobodyIsUntrustedWhileSomebodyIsNotRetired() throws Exception {
    NamespacePlan teamB = write("shared-accounts").namespaces().get(1);
    present(teamB);
    Path script = out.resolve(teamB.folder()).resolve("aws-cli.sh");
    assertThat(tools.run(script, "trust", ACCOUNT).status()).isZero();
    tools.changes();
    tools.notRetired();
    assertThat(tools.run(script, "untrust", ACCOUNT).status()).isEqualTo(1);
    assertThat(tools.changes())
        .containsExactly(
            List.of(
                "kubectl",
                "wait",
                "--for=jsonpath={.metadata.labels.iambridge\\.io/mode}=retired",
                "--timeout=1s",
                "namespace/team-a",
                "namespace/team-b"));
  }

  private Plan write(String name) {
    Plan plan = Planner.plan(PlanCases.all().get(name));
    new PlanFolder(out).write(PlanFiles.of(plan));
    return plan;
  }

  private void present(NamespacePlan plan) throws IOException {
    for (var work : plan.trust()) {
      if (work.before().isPresent()) {
        tools.role(work.role().name(), work.before().get().text());
      }
    }
  }
}
