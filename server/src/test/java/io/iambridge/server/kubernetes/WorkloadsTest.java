package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.iambridge.server.cluster.Workload;
import org.junit.jupiter.api.Test;

class WorkloadsTest {
  private static Workload of(String kind, String name) {
    return Workloads.of(
        new ObjectMetaBuilder()
            .withName("pod")
            .addNewOwnerReference()
            .withController(true)
            .withKind(kind)
            .withName(name)
            .endOwnerReference()
            .build());
  }

  @Test
  void whatAnOwnerIsCalledIsBounded() {
    Workload workload = of("K".repeat(1000), "n\u0000\n\u00e9" + "a".repeat(100_000));
    assertThat(workload.kind()).isEqualTo("K".repeat(63));
    assertThat(workload.name()).isEqualTo("n???" + "a".repeat(249));
    assertThat(of("StatefulSet", "db")).isEqualTo(new Workload("StatefulSet", "db"));
  }
}
