package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkloadsTest {
  private final EmbeddedKubernetes kubernetes;
  private final KubernetesClient client;

  WorkloadsTest() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, InstantSource.system(), new Random(6));
    client = kubernetes.newClient();
  }

  @AfterEach
  void stop() {
    client.close();
    kubernetes.close();
  }

  @Test
  void podsTellWhoOwnsThem() throws IOException {
    var set =
        client
            .apps()
            .replicaSets()
            .inNamespace("default")
            .resource(
                new ReplicaSetBuilder()
                    .withNewMetadata()
                    .withName("web-5d8f")
                    .endMetadata()
                    .build())
            .create();
    OwnerReference owner =
        new OwnerReferenceBuilder()
            .withApiVersion("apps/v1")
            .withKind("ReplicaSet")
            .withName("web-5d8f")
            .withUid(set.getMetadata().getUid())
            .withController(true)
            .build();
    client
        .pods()
        .inNamespace("default")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("web-5d8f-1")
                .addToLabels("pod-template-hash", "5d8f")
                .withOwnerReferences(owner)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    try (DemoKubelet kubelet =
        DemoKubelet.start(client, List.of("node-1"), PodNetwork.LOOPBACK, InstantSource.system())) {
      assertThat(kubelet).isNotNull();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> {
            Pod pod = client.pods().inNamespace("default").withName("web-5d8f-1").get();
            assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
            assertThat(pod.getMetadata().getOwnerReferences()).containsExactly(owner);
            assertThat(pod.getMetadata().getLabels()).containsEntry("pod-template-hash", "5d8f");
          });
    }
  }

  @Test
  void batchObjectsAreStored() {
    client
        .batch()
        .v1()
        .cronjobs()
        .inNamespace("default")
        .resource(new CronJobBuilder().withNewMetadata().withName("nightly").endMetadata().build())
        .create();

    assertThat(client.batch().v1().cronjobs().inAnyNamespace().list().getItems()).hasSize(1);
    assertThat(client.apps().deployments().inAnyNamespace().list().getItems()).isEmpty();
  }

  @Test
  void oneOfTwoLeadsAndTheOtherFollowsAfterIt() {
    List<String> leaders = new CopyOnWriteArrayList<>();
    CompletableFuture<?> first = elector("a", leaders);
    await().atMost(Duration.ofSeconds(30)).until(() -> leaders.contains("a"));
    CompletableFuture<?> second = elector("b", leaders);
    first.cancel(true);
    await().atMost(Duration.ofSeconds(30)).until(() -> leaders.contains("b"));
    second.cancel(true);
    assertThat(leaders).containsExactly("a", "b");
  }

  private CompletableFuture<?> elector(String identity, List<String> leaders) {
    LeaderElectionConfig config =
        new LeaderElectionConfigBuilder()
            .withName("iambridge")
            .withLock(new LeaseLock("kube-system", "iambridge-migration", identity))
            .withLeaseDuration(Duration.ofSeconds(3))
            .withRenewDeadline(Duration.ofSeconds(2))
            .withRetryPeriod(Duration.ofMillis(200))
            .withReleaseOnCancel(true)
            .withLeaderCallbacks(
                new LeaderCallbacks(() -> leaders.add(identity), () -> {}, leader -> {}))
            .build();
    return client.leaderElector().withConfig(config).build().start();
  }
}
