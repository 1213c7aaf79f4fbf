package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DemoKubeletTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-22T06:00:00Z"));

  private final EmbeddedKubernetes kubernetes;
  private final KubernetesClient client;
  private final DemoKubelet kubelet;

  DemoKubeletTest() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, CLOCK, new Random(3));
    client = kubernetes.newClient();
    create("early", pod -> pod);
    kubelet = DemoKubelet.start(client, List.of("node-a", "node-b"), CLOCK);
  }

  @AfterEach
  void stop() {
    kubelet.close();
    client.close();
    kubernetes.close();
  }

  @Test
  void podsRunInTurnOnAllNodesAtOwnAddresses() {
    Pod first = running("early");
    create("second", pod -> pod);
    Pod second = running("second");

    assertThat(first.getSpec().getNodeName()).isEqualTo("node-a");
    assertThat(second.getSpec().getNodeName()).isEqualTo("node-b");
    assertThat(first.getStatus().getPodIP()).isEqualTo("127.0.0.11");
    assertThat(second.getStatus().getPodIP()).isEqualTo("127.0.0.12");
    assertThat(second.getStatus().getPodIPs())
        .singleElement()
        .satisfies(ip -> assertThat(ip.getIp()).isEqualTo("127.0.0.12"));
    assertThat(second.getStatus().getStartTime()).isEqualTo("2026-11-22T06:00:00Z");
    assertThat(client.nodes().list().getItems()).hasSize(2);
  }

  @Test
  void addressOfAGonePodIsGivenToTheNext() {
    running("early");
    client.pods().inNamespace("default").withName("early").delete();
    create("next", pod -> pod);

    await()
        .atMost(PATIENCE)
        .until(() -> running("next").getStatus().getPodIP().equals("127.0.0.11"));
  }

  @Test
  void addressOfAFinishedPodIsGivenToTheNext() {
    Pod early = running("early");
    client
        .pods()
        .resource(new PodBuilder(early).editStatus().withPhase("Succeeded").endStatus().build())
        .updateStatus();
    create("next", pod -> pod);

    assertThat(running("next").getStatus().getPodIP()).isEqualTo("127.0.0.11");
  }

  @Test
  void annotationPicksTheAddressEvenATakenOne() {
    running("early");
    create("twin", pod -> annotated(pod, "127.0.0.11"));
    create("v6", pod -> annotated(pod, "::1"));

    assertThat(running("twin").getStatus().getPodIP()).isEqualTo("127.0.0.11");
    assertThat(running("v6").getStatus().getPodIP()).isEqualTo("::1");
  }

  @Test
  void podWithABrokenAddressStaysPendingAndHindersNobody() {
    create("broken", pod -> annotated(pod, "not an address"));
    create("next", pod -> pod);

    running("next");
    assertThat(pod("broken").getStatus().getPodIP()).isNull();
  }

  @Test
  void podMayWantAnAddressOfEachFamily() {
    create("dual", pod -> annotated(pod, "127.0.0.60, ::1"));

    assertThat(running("dual").getStatus().getPodIP()).isEqualTo("127.0.0.60");
    assertThat(running("dual").getStatus().getPodIPs())
        .extracting(PodIP::getIp)
        .containsExactly("127.0.0.60", "::1");
  }

  @Test
  void hostNetworkPodHasTheNodesAddress() {
    create("host", pod -> new PodBuilder(pod).editSpec().withHostNetwork(true).endSpec().build());

    assertThat(running("host").getStatus().getPodIP()).isEqualTo("127.0.0.1");
  }

  @Test
  void podsOfOthersAreLeftAlone() {
    create(
        "elsewhere",
        pod -> new PodBuilder(pod).editSpec().withNodeName("node-z").endSpec().build());
    create("next", pod -> pod);

    running("next");
    assertThat(pod("elsewhere").getStatus().getPhase()).isEqualTo("Pending");
  }

  @Test
  void podsWaitWhenNoAddressIsLeft() {
    AddressPool pool = new AddressPool(PodNetwork.LOOPBACK);
    int taken = 0;
    while (pool.take("owner" + taken).isPresent()) {
      taken++;
    }

    assertThat(taken).isEqualTo(240);
    assertThat(pool.release("owner7")).isTrue();
    assertThat(pool.release("owner7")).isFalse();
    assertThat(pool.take("late")).hasValue(List.of("127.0.0.18"));
  }

  @Test
  void aKubeletNeedsANode() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DemoKubelet.start(client, List.of(), CLOCK));
  }

  private void create(String name, UnaryOperator<Pod> change) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace("default")
            .endMetadata()
            .withNewSpec()
            .endSpec()
            .build();
    client.pods().resource(change.apply(pod)).create();
  }

  private static Pod annotated(Pod pod, String address) {
    return new PodBuilder(pod)
        .editMetadata()
        .addToAnnotations(DemoKubelet.ADDRESS_ANNOTATION, address)
        .endMetadata()
        .build();
  }

  private Pod running(String name) {
    await().atMost(PATIENCE).until(() -> pod(name).getStatus().getPhase().equals("Running"));
    return pod(name);
  }

  private Pod pod(String name) {
    return client.pods().inNamespace("default").withName(name).get();
  }
}
