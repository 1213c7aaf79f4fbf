package io.iambridge.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.testing.FakeEvidenceStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentEvidenceTest {
  private final FakeClock clock = new FakeClock();
  private final FakeEvidenceStore store = new FakeEvidenceStore();
  private final RecentEvidence recent = new RecentEvidence(store, EvidenceConfig.DEFAULT, clock);

  private void write(String namespace, String version, String workload) throws Exception {
    EvidenceStatus status =
        new EvidenceStatus(
            List.of(new WorkloadEvidence("Deployment", workload, "sa", List.of())),
            List.of("0123456789abcdef.aaaaaaaa-1"));
    store.write(namespace, status, version);
  }

  @Test
  void whatIsReadStandsForAMinuteWithoutTheBatchesNames() throws Exception {
    write("shop", "", "web");
    assertThat(recent.of("shop").orElseThrow().workloads())
        .extracting(WorkloadEvidence::name)
        .containsExactly("web");
    assertThat(recent.of("shop").orElseThrow().batches()).isEmpty();
    assertThat(recent.of("other")).isEmpty();

    write("shop", store.read("shop").version(), "api");
    clock.advance(Duration.ofSeconds(59));
    assertThat(recent.of("shop").orElseThrow().workloads())
        .extracting(WorkloadEvidence::name)
        .containsExactly("web");
    clock.advance(Duration.ofSeconds(1));
    assertThat(recent.of("shop").orElseThrow().workloads())
        .extracting(WorkloadEvidence::name)
        .containsExactly("api");
  }
}
