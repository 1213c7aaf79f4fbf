package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent's iptables rules, seen from pods. The node's metadata service is there all the time,
 * with the node's credentials: whatever the rules miss reaches it and is found at the end.
 */
final class InterceptionLabIT {
  /** What the issue promises; the agent looks every ten seconds. */
  private static final Duration REPAIRED_WITHIN = Duration.ofSeconds(15);

  private static final String RED = "10.244.0.21,fd00:10:244::21";
  private static final String BLUE = "10.244.0.22,fd00:10:244::22";
  private static final String LIST = "/latest/meta-data/iam/security-credentials/";

  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("\r\ncontent-length: *([0-9]+)", Pattern.CASE_INSENSITIVE);

  private final LabNode node = LabNode.withoutAgent();
  private final String red = node.role("red");

  @AfterEach
  void stop() {
    try (LabNode _ = node) {
      node.assertNothingLeaked();
    }
  }

  private void awaitServed(PodNamespace pod, String role) {
    await()
        .atMost(LabNode.PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> pod.client().credentials(role, Optional.empty()).status() == 200);
  }

  @Test
  void withoutTheAgentAPodGetsTheNodesCredentials() throws Exception {
    // What every other test here relies on: a leak is possible, and seen.
    PodNamespace pod = node.pod("bare", "red", RED);
    String token = pod.client().token(60).body();
    PodAnswer role = pod.client().roles(Optional.of(token));
    PodAnswer credentials = pod.client().credentials(role.body(), Optional.of(token));

    assertThat(role.body()).isEqualTo("node");
    assertThat(node.holder(credentials)).contains(":assumed-role/node/");
    assertThat(node.sandbox().imds().credentialRequests()).hasSize(2);
    node.sandbox().imds().forgetRequests();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nft", "legacy"})
  void podsGetWhatIsTheirsAndNeverTheNodes(String mode) throws Exception {
    PodNamespace withRole = node.pod("red", "red", RED);
    PodNamespace withoutRole = node.podWithoutRole("none", BLUE);
    node.startAgent("--iptables-mode=" + mode);
    awaitServed(withRole, "red");

    String token = withRole.client().token(300).body();
    assertThat(withRole.client().roles(Optional.of(token)).body()).isEqualTo("red");
    assertThat(node.holder(withRole.client().credentials("red", Optional.of(token))))
        .isEqualTo(red);
    assertThat(withRole.client().credentials("node", Optional.of(token)).status()).isEqualTo(403);
    for (String path :
        new String[] {LIST, LIST + "node", LIST + "red", LIST.substring(0, LIST.length() - 1)}) {
      assertThat(withoutRole.client().get(path, Optional.empty()).status()).as(path).isEqualTo(404);
    }
    assertThat(withoutRole.client().roles(Optional.of(token)).status()).isEqualTo(401);
  }

  @Test
  void podWithIpv6OnlyIsServedAtTheIpv6Address() throws Exception {
    PodNamespace pod = node.pod("six", "red", "fd00:10:244::23");
    assertThat(pod.metadataAddress().getHostString()).startsWith("fd00:ec2:");
    node.startAgent();
    awaitServed(pod, "red");

    String token = pod.client().token(300).body();
    assertThat(node.holder(pod.client().credentials("red", Optional.of(token)))).isEqualTo(red);
  }

  @Test
  void whenTheAgentIsKilledPodsAreRefusedAndServedAgainAfterwards() throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    PodNamespace six = node.pod("six", "red", "fd00:10:244::23");
    AgentProcess agent = node.startAgent();
    awaitServed(pod, "red");
    awaitServed(six, "red");
    String token = pod.client().token(3600).body();

    try (Hammer hammer = Hammer.from(node, pod);
        Hammer hammerSix = Hammer.from(node, six)) {
      hammer.awaitMore(red, 50);
      hammerSix.awaitMore(red, 50);
      agent.kill();
      hammer.awaitMore("refused", 200);
      hammerSix.awaitMore("refused", 200);
      node.startAgent();
      hammer.awaitMore(red, 50);
      hammerSix.awaitMore(red, 50);
      assertOnlyOwn(hammer);
      assertOnlyOwn(hammerSix);
    }
    assertThat(pod.client().roles(Optional.of(token)).status()).isEqualTo(200);
  }

  /** Credentials of the own role, or none at all. */
  private void assertOnlyOwn(Hammer hammer) {
    Map<String, Long> outcomes = hammer.outcomes();
    assertThat(outcomes.keySet())
        .as(outcomes.toString())
        .allMatch(outcome ->
            outcome.equals(red)
                || outcome.equals("refused")
                || outcome.equals("status 503")
                || outcome.startsWith("no answer"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nft", "legacy"})
  void rulesThatSomebodyFlushesAreBackSoon(String mode) throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    PodNamespace six = node.pod("six", "red", "fd00:10:244::23");
    node.startAgent("--iptables-mode=" + mode);
    awaitServed(pod, "red");
    awaitServed(six, "red");
    for (String program : new String[] {"iptables-" + mode, "ip6tables-" + mode}) {
      node.onNode(program, "-w", "5", "-t", "nat", "-F");
      node.onNode(program, "-w", "5", "-t", "nat", "-X");
      await()
          .atMost(REPAIRED_WITHIN)
          .untilAsserted(() ->
              assertThat(node.onNode(program, "-w", "5", "-t", "nat", "-S"))
                  .contains("-j IAMBRIDGE")
                  .contains("-j DNAT"));
    }

    awaitServed(pod, "red");
    awaitServed(six, "red");
    assertThat(node.holder(pod.client().credentials("red", Optional.empty()))).isEqualTo(red);
  }

  @ParameterizedTest
  @ValueSource(strings = {RED, "fd00:10:244::23"})
  void connectionFromBeforeTheRulesIsCut(String addresses) throws Exception {
    PodNamespace pod = node.pod("early", "red", addresses);
    InetSocketAddress metadata = pod.metadataAddress();
    try (Socket socket = pod.call(() -> new Socket(metadata.getAddress(), metadata.getPort()))) {
      socket.setSoTimeout(10_000);
      assertThat(ask(socket)).as("the node's service").startsWith("HTTP/1.1 401");
      assertThat(ask(socket)).as("and the connection stays open").startsWith("HTTP/1.1 401");
      node.startAgent();

      assertThatExceptionOfType(SocketException.class).isThrownBy(() -> ask(socket));
    }
    awaitServed(pod, "red");
  }

  /** Asks for something harmless, and reads the whole answer. */
  static String ask(Socket socket) throws IOException {
    String request = "GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: imds\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("\r\n\r\n")) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new SocketException("closed after " + answer.length() + " bytes");
      }
      answer.append((char) next);
    }
    Matcher length = CONTENT_LENGTH.matcher(answer);
    assertThat(length.find()).as(answer.toString()).isTrue();
    socket.getInputStream().skipNBytes(Long.parseLong(length.group(1)));
    return answer.toString();
  }

  @Test
  void anAddressThatGoesToAPodOfAnotherRoleNeverBringsTheOldCredentials() throws Exception {
    String blue = node.role("blue");
    node.startAgent();
    String address = "10.244.0.31";
    PodNamespace pod = node.pod("turn-0", "red", address);
    awaitServed(pod, "red");
    List<Hammer> hammers = new ArrayList<>();
    try {
      Hammer before = Hammer.from(node, pod);
      hammers.add(before);
      String former = red;
      for (int turn = 1; turn <= 8; turn++) {
        String expected = turn % 2 == 0 ? red : blue;
        before.awaitMore(former, 20);
        node.deletePod("turn-" + (turn - 1));
        pod = node.pod("turn-" + turn, turn % 2 == 0 ? "red" : "blue", address);
        Hammer after = Hammer.from(node, pod);
        hammers.add(after);
        after.awaitMore(expected, 50);
        assertThat(after.outcomes()).doesNotContainKey(former);
        assertThat(before.outcomes()).doesNotContainKey(expected);
        before = after;
        former = expected;
      }
    } finally {
      // At the end and all at once: in pods that are gone, they wait for their sockets' timeouts.
      hammers.forEach(Hammer::stop);
      hammers.forEach(Hammer::close);
    }
  }

  @Test
  void spoofedForwardingHeaderGainsNothing() throws Exception {
    String blue = node.role("blue");
    PodNamespace attacker = node.pod("red", "red", RED);
    PodNamespace victim = node.pod("blue", "blue", BLUE);
    node.startAgent();
    awaitServed(attacker, "red");
    awaitServed(victim, "blue");
    PodClient client = attacker.client();

    for (String header :
        new String[] {"X-Forwarded-For", "x-forwarded-for", "Forwarded", "X-Real-IP"}) {
      for (String value : new String[] {"10.244.0.22", "127.0.0.1", "fd00:10:244::22"}) {
        Map<String, String> spoofed =
            Map.of(header, header.equals("Forwarded") ? "for=" + value : value);
        assertThat(client.send("GET", LIST, spoofed).body()).isEqualTo("red");
        assertThat(client.send("GET", LIST + "blue", spoofed).status()).isEqualTo(403);
        assertThat(node.holder(client.send("GET", LIST + "red", spoofed))).isEqualTo(red);
      }
    }
    PodAnswer refused =
        client.send(
            "PUT",
            "/latest/api/token",
            Map.of("X-Forwarded-For", "10.244.0.22", "X-aws-ec2-metadata-token-ttl-seconds", "60"));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(node.holder(victim.client().credentials("blue", Optional.empty()))).isEqualTo(blue);
  }

  @Test
  void afterACleanStopPodsAreRefused() throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    PodNamespace six = node.pod("six", "red", "fd00:10:244::23");
    AgentProcess agent = node.startAgent();
    awaitServed(pod, "red");
    agent.stop();

    for (PodNamespace caller : Set.of(pod, six)) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> caller.client().roles(Optional.empty()))
          .withMessageContaining("refused");
    }
  }

  @Test
  void aCleanStopThatRemovesTheRulesLeavesNothing() throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    AgentProcess agent = node.startAgent("--iptables-remove");
    awaitServed(pod, "red");
    agent.stop();

    assertNoRules();
    assertThat(pod.client().get("/latest/meta-data/instance-id", Optional.empty()).status())
        .as("the node's service, which demands a token")
        .isEqualTo(401);
  }

  @Test
  void rulesOfAnAgentThatIsGoneAreRemovedByHand() throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    AgentProcess agent = node.startAgent();
    awaitServed(pod, "red");
    agent.kill();
    assertThat(node.onNode("iptables", "-w", "5", "-t", "nat", "-S")).contains("IAMBRIDGE");

    node.onNode(AgentProcess.command(List.of("iptables", "--remove")).toArray(String[]::new));
    assertNoRules();
    node.onNode(AgentProcess.command(List.of("iptables", "--remove")).toArray(String[]::new));
  }

  private void assertNoRules() throws IOException {
    for (String program :
        new String[] {"iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"}) {
      assertThat(node.onNode(program, "-w", "5", "-t", "nat", "-S"))
          .doesNotContain("IAMBRIDGE")
          .doesNotContain("DNAT");
    }
  }
}
