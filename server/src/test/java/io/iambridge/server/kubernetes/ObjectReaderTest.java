package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.iambridge.server.cluster.Pod;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectReaderTest {
  private final List<String> troubles = new ArrayList<>();
  private final ObjectReader reader = new ObjectReader(troubles::add);

  @Test
  void takesOfAPodWhatIsUsed() {
    Pod pod =
        reader.pod(
            running()
                .editMetadata()
                .addToAnnotations("iam.amazonaws.com/role", "app")
                .addToAnnotations("iambridge.io/fallback", "false")
                .addToAnnotations("kubectl.kubernetes.io/last-applied-configuration", "{…}")
                .endMetadata()
                .build());
    assertThat(pod.uid()).isEqualTo("u1");
    assertThat(pod.fullName()).isEqualTo("apps/web-1");
    assertThat(pod.node()).isEqualTo("node-1");
    assertThat(pod.serviceAccount()).isEqualTo("web");
    assertThat(pod.addresses())
        .containsExactlyInAnyOrder(
            InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("fd00::1"));
    assertThat(pod.started()).isEqualTo(Optional.of(Instant.parse("2026-11-22T06:00:00Z")));
    assertThat(pod.annotations())
        .containsOnlyKeys("iam.amazonaws.com/role", "iambridge.io/fallback");
    assertThat(pod.canCall()).isTrue();
    assertThat(pod.deleting()).isFalse();
    assertThat(troubles).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Pending, false",
    "Running, false",
    "Unknown, false",
    "Succeeded, true",
    "Failed, true",
  })
  void onlyFinalPhasesEndAPod(String phase, boolean ended) {
    assertThat(reader.pod(running().editStatus().withPhase(phase).endStatus().build()).ended())
        .isEqualTo(ended);
  }

  @Test
  void deletionTimestampMeansDeleting() {
    Pod pod =
        reader.pod(
            running()
                .editMetadata()
                .withDeletionTimestamp("2026-11-22T06:00:00Z")
                .endMetadata()
                .build());
    assertThat(pod.deleting()).isTrue();
  }

  @Test
  void hostNetworkIsSeen() {
    Pod pod = reader.pod(running().editSpec().withHostNetwork(true).endSpec().build());
    assertThat(pod.hostNetwork()).isTrue();
    assertThat(pod.canCall()).isFalse();
  }

  @Test
  void oldServersKnowOnlyPodIp() {
    Pod pod =
        reader.pod(
            running().editStatus().withPodIPs(List.of()).withPodIP("10.0.0.9").endStatus().build());
    assertThat(pod.addresses()).containsExactly(InetAddress.ofLiteral("10.0.0.9"));
  }

  @Test
  void aBadAddressIsLeftOutAndTheOthersStay() {
    Pod pod =
        reader.pod(
            running().editStatus().addToPodIPs(new PodIP("not-an-address")).endStatus().build());
    assertThat(pod.addresses()).hasSize(2);
    assertThat(troubles).singleElement().asString().contains("apps/web-1", "not-an-address");
  }

  @Test
  void aPodHasItsAddressesSinceItsSandboxHasItsNetwork() {
    Pod pod = reader.pod(withNetwork("True"));
    assertThat(pod.started()).contains(Instant.parse("2026-11-22T06:30:00Z"));
    assertThat(pod.addresses()).hasSize(2);
  }

  @Test
  void withoutANetworkTheAddressesAreThoseItHad() {
    assertThat(reader.pod(withNetwork("False")).addresses()).isEmpty();
  }

  private static io.fabric8.kubernetes.api.model.Pod withNetwork(String status) {
    return running()
        .editStatus()
        .addNewCondition()
        .withType("PodReadyToStartContainers")
        .withStatus(status)
        .withLastTransitionTime("2026-11-22T06:30:00Z")
        .endCondition()
        .endStatus()
        .build();
  }

  @Test
  void aBadStartTimeIsLeftOut() {
    Pod pod = reader.pod(running().editStatus().withStartTime("yesterday").endStatus().build());
    assertThat(pod.started()).isEmpty();
    assertThat(troubles).hasSize(1);
  }

  @Test
  void aPodWithoutAnythingIsNoCaller() {
    Pod pod = reader.pod(new io.fabric8.kubernetes.api.model.Pod());
    assertThat(pod.canCall()).isFalse();
    assertThat(pod.addresses()).isEmpty();
  }

  @Test
  void namespacesKeepOurAnnotations() {
    var namespace =
        reader.namespace(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("apps")
                .withUid("n1")
                .withAnnotations(Map.of("iam.amazonaws.com/permitted", ".*", "other/key", "x"))
                .endMetadata()
                .build());
    assertThat(namespace.name()).isEqualTo("apps");
    assertThat(namespace.uid()).isEqualTo("n1");
    assertThat(namespace.annotations()).containsOnlyKeys("iam.amazonaws.com/permitted");
  }

  @Test
  void serviceAccountsKeepTheirRole() {
    var account =
        reader.serviceAccount(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("apps")
                .withAnnotations(
                    Map.of("eks.amazonaws.com/role-arn", "arn", "iam.amazonaws.com/role", "x"))
                .endMetadata()
                .build());
    assertThat(account.namespace() + "/" + account.name()).isEqualTo("apps/web");
    assertThat(account.annotations()).containsOnlyKeys("eks.amazonaws.com/role-arn");
  }

  private static PodBuilder running() {
    return new PodBuilder()
        .withNewMetadata()
        .withUid("u1")
        .withNamespace("apps")
        .withName("web-1")
        .endMetadata()
        .withNewSpec()
        .withNodeName("node-1")
        .withServiceAccountName("web")
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .withPodIP("10.0.0.1")
        .withPodIPs(new PodIP("10.0.0.1"), new PodIP("fd00::1"))
        .withStartTime("2026-11-22T06:00:00Z")
        .endStatus();
  }
}
