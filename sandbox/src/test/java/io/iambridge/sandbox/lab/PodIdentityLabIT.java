package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.pods.PodAnswer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EKS Pod Identity's endpoint at its own addresses, from pods and from the node. */
final class PodIdentityLabIT {
  private static final String FOUR = "169.254.170.23";
  private static final String SIX = "fd00:ec2::23";
  private static final String RED = "10.244.0.21,fd00:10:244::21";
  private static final String BLUE = "10.244.0.22,fd00:10:244::22";

  private LabNode node;
  private String red;

  @BeforeEach
  void start() {
    node = LabNode.withoutAgent();
    red = node.role("red");
  }

  @AfterEach
  void stop() {
    try (LabNode _ = node) {
      node.assertNothingLeaked();
    }
  }

  private String token(String pod) {
    return node.sandbox().tokens().podIdentityToken(LabNode.NAMESPACE, pod);
  }

  private static PodAnswer ask(PodNamespace from, String address, String token) throws IOException {
    String host = address.contains(":") ? "[" + address + "]" : address;
    return from.clientOf(address).podIdentity(host, token);
  }

  private void awaitServed(PodNamespace from, String address, String token) {
    await()
        .atMost(LabNode.PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> {
          PodAnswer answer = ask(from, address, token);
          assertThat(answer.status())
              .as(answer.status() == 200 ? "" : answer.body())
              .isEqualTo(200);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {FOUR, SIX})
  void podIsServedItsOwnRoleByItsToken(String address) throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    node.startAgent();
    awaitServed(pod, address, token("red"));

    PodAnswer answer = ask(pod, address, token("red"));
    assertThat(node.holder(answer)).isEqualTo(red);
    assertThat(answer.body()).contains("\"AccountId\":\"123456789012\"");
    assertThat(ask(pod, address, "").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {FOUR, SIX})
  void podWithTheNodesNetworkIsServedByItsToken(String address) throws Exception {
    PodNamespace host = node.hostNetworkPod("host", "red");
    node.startAgent();
    awaitServed(host, address, token("host"));

    assertThat(node.holder(ask(host, address, token("host")))).isEqualTo(red);
  }

  @Test
  void tokenOfAnotherPodIsWorthNothingAnywhere() throws Exception {
    node.role("blue");
    PodNamespace thief = node.pod("red", "red", RED);
    PodNamespace victim = node.pod("blue", "blue", BLUE);
    PodNamespace host = node.hostNetworkPod("host", "blue");
    node.startAgent();
    awaitServed(thief, FOUR, token("red"));
    awaitServed(victim, FOUR, token("blue"));
    awaitServed(host, FOUR, token("host"));

    for (String address : new String[] {FOUR, SIX}) {
      // A pod with another's token, with that of a pod on the node's network; that one with a
      // pod's.
      assertRefused(ask(thief, address, token("blue")));
      assertRefused(ask(thief, address, token("host")));
      assertRefused(ask(host, address, token("red")));
    }
  }

  private static void assertRefused(PodAnswer answer) {
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("TOKEN_OTHER_CALLER");
  }

  @Test
  void whenTheAgentIsKilledPodsAreRefused() throws Exception {
    PodNamespace pod = node.pod("red", "red", RED);
    PodNamespace host = node.hostNetworkPod("host", "red");
    AgentProcess agent = node.startAgent();
    awaitServed(pod, FOUR, token("red"));
    awaitServed(host, FOUR, token("host"));
    agent.kill();

    for (String address : new String[] {FOUR, SIX}) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> ask(pod, address, token("red")))
          .withMessageContaining("refused");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> ask(host, address, token("host")))
          .withMessageContaining("refused");
    }
  }
}
