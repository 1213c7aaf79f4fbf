package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's rules beside those of others, in the node's real tables. */
final class InterceptionRulesLabIT {
  private static final Duration REPAIRED_WITHIN = Duration.ofSeconds(15);
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String POD = "10.244.0.21,fd00:10:244::21";
  private static final List<String> PROGRAMS =
      List.of("iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy");

  private LabNode node;
  private PodNamespace pod;

  @BeforeEach
  void start() {
    node = LabNode.withoutAgent();
    node.role("red");
    pod = node.pod("red", "red", POD);
  }

  @AfterEach
  void stop() {
    try (LabNode _ = node) {
      node.assertNothingLeaked();
    }
  }

  private String rules(String program) throws IOException {
    return node.onNode(program, "-w", "5", "-t", "nat", "-S");
  }

  /** kiam's rule, to a port where nobody listens. */
  private void kiamsRule(String program, String how) throws IOException {
    node.onNode(
        program,
        "-w",
        "5",
        "-t",
        "nat",
        how,
        "PREROUTING",
        "-p",
        "tcp",
        "-d",
        "169.254.169.254",
        "--dport",
        "80",
        "-i",
        "cali+",
        "-j",
        "DNAT",
        "--to-destination",
        "10.0.0.10:9");
  }

  private void awaitServed() {
    awaitServedWithin(LabNode.PATIENCE);
  }

  private void awaitServedWithin(Duration time) {
    await()
        .atMost(time)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> pod.client().credentials("red", Optional.empty()).status() == 200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nft", "legacy"})
  void aSecondStartChangesNoRule(String mode) throws Exception {
    node.startAgent("--iptables-mode=" + mode).kill();
    List<String> before = List.of(rules("iptables-" + mode), rules("ip6tables-" + mode));
    assertThat(before).allMatch(text -> text.contains("-j IAMBRIDGE"));

    node.startAgent("--iptables-mode=" + mode);
    assertThat(List.of(rules("iptables-" + mode), rules("ip6tables-" + mode))).isEqualTo(before);
    node.onNode(
        AgentProcess.command(List.of("iptables", "--iptables-mode=" + mode))
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({"nft, nft", "nft, legacy", "legacy, nft", "legacy, legacy"})
  void kiamsRuleIsNamedAndTakenOverInBothBackends(String mode, String kiams) throws Exception {
    kiamsRule("iptables-" + kiams, "-A");
    // Beside a rule in the other backend it does not become ready.
    AgentProcess agent = node.startAgentAndGoOn("--iptables-mode=" + mode);
    await().atMost(LabNode.PATIENCE).until(() -> agent.log().contains("10.0.0.10:9"));
    assertThat(agent.log()).contains("kiam or kube2iam");
    assertThat(rules("iptables-" + kiams)).contains("10.0.0.10:9");
    agent.kill();

    node.startAgent("--iptables-mode=" + mode, "--iptables-takeover");
    assertThat(rules("iptables-" + kiams)).doesNotContain("10.0.0.10:9");
    awaitServed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nft", "legacy"})
  void ruleThatSomebodyPutsFirstComesSecondSoon(String mode) throws Exception {
    node.startAgent("--iptables-mode=" + mode);
    awaitServed();
    for (int time = 0; time < 2; time++) {
      kiamsRule("iptables-" + mode, "-I");
      awaitServedWithin(REPAIRED_WITHIN);
      assertThat(rules("iptables-" + mode).lines().filter(line -> line.endsWith("-j IAMBRIDGE")))
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"nft, legacy", "legacy, nft"})
  void rulesGoWhereKubeletsAreAndLeaveTheOtherBackend(String before, String after)
      throws Exception {
    node.onNode("iptables-" + before, "-w", "5", "-t", "mangle", "-N", "KUBE-IPTABLES-HINT");
    node.startAgent().kill();
    assertThat(rules("iptables-" + before)).contains("-j IAMBRIDGE");

    node.onNode("iptables-" + before, "-w", "5", "-t", "mangle", "-X", "KUBE-IPTABLES-HINT");
    node.onNode("ip6tables-" + after, "-w", "5", "-t", "mangle", "-N", "KUBE-KUBELET-CANARY");
    node.startAgent();
    for (String program : PROGRAMS) {
      assertThat(rules(program).contains("IAMBRIDGE"))
          .as(program)
          .isEqualTo(program.endsWith(after));
    }
    awaitServed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nft", "legacy"})
  void withoutNetAdminTheAgentSaysSoInOneLineAndEnds(String mode) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"));
    List<String> flags = new ArrayList<>(node.sandbox().agentFlags());
    flags.add("--iptables-mode=" + mode);
    command.addAll(AgentProcess.command(flags));
    Finished finished = node.lab().node().run(DEADLINE, Map.of(), command);

    assertThat(finished.status()).as(finished.output()).isEqualTo(1);
    assertThat(finished.output().lines().filter(line -> line.startsWith("iambridge-agent: ")))
        .singleElement()
        .satisfies(line -> assertThat(line).contains("--iptables").contains("NET_ADMIN"));
    assertThat(finished.output()).doesNotContain("\tat ");
    assertThat(rules("iptables-" + mode)).doesNotContain("IAMBRIDGE");
  }

  @Test
  void connectionsOfTheNodeItselfGoOn() throws Exception {
    try (Socket socket = node.lab().node().call(() -> new Socket("169.254.169.254", 80))) {
      socket.setSoTimeout(10_000);
      assertThat(InterceptionLabIT.ask(socket)).startsWith("HTTP/1.1 401");
      node.startAgent();
      assertThat(InterceptionLabIT.ask(socket))
          .as("kubelet and the CNI")
          .startsWith("HTTP/1.1 401");
    }
  }
}
