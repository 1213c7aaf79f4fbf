package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.testing.TargetFixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FallbacksTest {
  private final List<String> heard = new ArrayList<>();

  @Test
  void fallbackIsCountedAuditedAndToldToThePodsOwners() {
    ServerMetrics metrics =
        new ServerMetrics() {
          @Override
          public void fellBack(Mechanism.Kind wanted, Finding finding) {
            heard.add("metric " + wanted + " " + finding);
          }
        };
    Audit audit =
        new Audit() {
          @Override
          public void fellBack(Session session, Finding finding, String ownWords) {
            heard.add("audit " + finding + " " + ownWords);
          }
        };
    new Fallbacks(
            metrics,
            audit,
            (_, finding, words) -> heard.add("event " + finding + " " + words),
            new FakeClock())
        .fellBack(
            TargetFixtures.podIdentity(Optional.of(TargetFixtures.KIAM)),
            Finding.NO_ASSOCIATION,
            "none");
    assertThat(heard)
        .containsExactly(
            "metric POD_IDENTITY NO_ASSOCIATION",
            "audit NO_ASSOCIATION none",
            "event NO_ASSOCIATION none");
  }
}
