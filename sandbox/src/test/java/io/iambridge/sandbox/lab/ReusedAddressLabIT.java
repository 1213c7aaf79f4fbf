package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.kubernetes.PodKey;
import io.iambridge.sandbox.pods.PodAnswer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An address goes to the next pod before the server's watch tells that the former one is gone. The
 * node's kernel knows: the address has another neighbour.
 */
final class ReusedAddressLabIT {
  private static final String FOUR = "10.244.0.41";
  private static final String SIX = "fd00:10:244::41";
  private static final String FORMER = "former";
  private static final String LATTER = "latter";
  private static final String IN_DOUBT = "status 503";

  private final LabNode node = LabNode.withoutAgent();
  private final String red = node.role("red");
  private final String blue = node.role("blue");

  @AfterEach
  void stop() {
    try (LabNode _ = node) {
      node.assertNothingLeaked();
    }
  }

  private void awaitServed(PodNamespace pod) {
    await()
        .atMost(LabNode.PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> pod.client().credentials("red", Optional.empty()).status() == 200);
  }

  /**
   * The former pod is force-deleted and its network taken down; another one is given the address at
   * once. Kubernetes knows of the first, and of the second as soon as it is told; its watches lag.
   */
  private PodNamespace handOver(String address) {
    node.sandbox().kubernetes().holdWatches();
    node.deletePod(FORMER);
    node.lab().detach(new PodKey(LabNode.NAMESPACE, FORMER));
    node.lab().attach(new PodKey(LabNode.NAMESPACE, LATTER), List.of(address));
    return node.lab().pod(LabNode.NAMESPACE, LATTER);
  }

  private void kubernetesIsToldOfTheLatter(String address) {
    node.sandbox()
        .client()
        .pods()
        .inNamespace(LabNode.NAMESPACE)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(LATTER)
                .addToAnnotations("iam.amazonaws.com/role", "blue")
                .endMetadata()
                .withNewSpec()
                .withNodeName(Sandbox.NODE)
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(address)
                .addNewPodIP(address)
                .endStatus()
                .build())
        .create();
  }

  @ParameterizedTest
  @ValueSource(strings = {FOUR, SIX})
  void nextPodGetsNothingOfTheFormersWhileTheWatchLagsAndItsOwnAfterwards(String address)
      throws Exception {
    node.startAgent();
    PodNamespace former = node.pod(FORMER, "red", address);
    awaitServed(former);
    PodNamespace latter = handOver(address);

    try (Hammer hammer = Hammer.from(node, latter)) {
      hammer.awaitMore(IN_DOUBT, 30);
      PodAnswer refused = latter.client().roles(Optional.empty());
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.body()).contains("another pod may be at this address now");
      assertThat(refused.header("retry-after")).contains("1");

      kubernetesIsToldOfTheLatter(address);
      hammer.awaitMore(IN_DOUBT, 30);
      node.sandbox().kubernetes().releaseWatches();
      hammer.awaitMore(blue, 100);
      assertThat(hammer.outcomes()).doesNotContainKey(red);
      assertThat(metric("iambridge_agent_neighbour_changes_total")).isPositive();
      assertThat(metric("iambridge_agent_caller_confirmations_total{result=\"refused\"}"))
          .isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {FOUR, SIX})
  void withoutTheCheckTheDangerIsReal(String address) throws Exception {
    node.startAgent("--neighbour-check=off");
    PodNamespace former = node.pod(FORMER, "red", address);
    awaitServed(former);
    PodNamespace latter = handOver(address);

    assertThat(node.holder(latter.client().credentials("red", Optional.empty()))).isEqualTo(red);
    node.sandbox().kubernetes().releaseWatches();
  }

  @ParameterizedTest
  @ValueSource(strings = {FOUR, SIX})
  void firstRequestOfEveryNextPodIsSeenToBeAnothers(String address) throws Exception {
    // Whoever is in doubt is told so at once.
    node.startAgent("--unknown-caller-wait=0ms");
    awaitServed(node.pod(FORMER, "red", address));
    PodNamespace next = handOver(address);
    for (int turn = 0; turn < 50; turn++) {
      PodAnswer answer = next.client().credentials("red", Optional.empty());
      assertThat(answer.status()).as("turn %d", turn).isEqualTo(503);
      node.lab().attach(new PodKey(LabNode.NAMESPACE, LATTER), List.of(address));
      next = node.lab().pod(LabNode.NAMESPACE, LATTER);
    }
    node.sandbox().kubernetes().releaseWatches();
  }

  @ParameterizedTest
  @ValueSource(strings = {FOUR, SIX})
  void podWhoseNeighbourEntryIsFlushedIsServedOn(String address) throws Exception {
    node.startAgent();
    PodNamespace pod = node.pod(FORMER, "red", address);
    awaitServed(pod);
    try (Hammer hammer = Hammer.from(node, pod)) {
      for (int turn = 0; turn < 10; turn++) {
        node.onNode("ip", "neigh", "flush", "to", address);
        hammer.awaitMore(red, 20);
      }
      assertThat(hammer.outcomes().keySet()).isEqualTo(Set.of(red));
    }
    assertThat(metric("iambridge_agent_neighbour_changes_total")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {FOUR, SIX})
  void podThatKubernetesConfirmsIsServedOnWithAnotherLinkAddress(String address) throws Exception {
    node.startAgent();
    PodNamespace pod = node.pod(FORMER, "red", address);
    awaitServed(pod);
    onPod(pod, "ip", "link", "set", "eth0", "address", "02:00:00:00:00:41");
    node.onNode("ip", "neigh", "flush", "to", address);

    assertThat(node.holder(pod.client().credentials("red", Optional.empty()))).isEqualTo(red);
    assertThat(metric("iambridge_agent_neighbour_changes_total")).isOne();
    assertThat(metric("iambridge_agent_caller_confirmations_total{result=\"confirmed\"}")).isOne();
  }

  private static void onPod(PodNamespace pod, String... command) throws IOException {
    Finished finished = pod.run(LabNode.PATIENCE, Map.of(), List.of(command));
    assertThat(finished.ok()).as(finished.output()).isTrue();
  }

  /** The agent's, as /metrics says. */
  private static double metric(String series) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + LabNode.PORTS.agentAdmin() + "/metrics")
                .toURL()
                .openConnection();
    String metrics = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return metrics
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
