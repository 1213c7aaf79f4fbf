package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.testing.TargetFixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FallbacksTest {
  private final List<String> heard = new ArrayList<>();

  private final ServerMetrics metrics =
      new ServerMetrics() {
        @Override
        public void fellBack(Mechanism.Kind wanted, Finding finding) {
          heard.add("metric " + wanted + " " + finding);
        }

        @Override
        public void fellBackToOtherRole(Mechanism.Kind wanted) {
          heard.add("metric of another role " + wanted);
        }
      };
  private final Audit audit =
      new Audit() {
        @Override
        public void fellBack(Session session, Finding finding, String ownWords) {
          heard.add("audit " + finding + " " + ownWords);
        }
      };
  private final Fallbacks fallbacks =
      new Fallbacks(
          metrics,
          audit,
          (_, finding, words) -> heard.add("event " + finding + " " + words),
          new FakeClock());

  @Test
  void fallbackIsCountedAuditedAndToldToThePodsOwners() {
    fallbacks.fellBack(
        TargetFixtures.podIdentity(Optional.of(TargetFixtures.KIAM)),
        Finding.NO_ASSOCIATION,
        "none");
    assertThat(heard)
        .containsExactly(
            "metric POD_IDENTITY NO_ASSOCIATION",
            "audit NO_ASSOCIATION none",
            "event NO_ASSOCIATION none");
  }

  /** The pod's annotation names one role, its service account's another. */
  @Test
  void fallbackToAnotherRoleIsTold() {
    RoleArn other = RoleArn.parse("arn:aws:iam::123456789012:role/other");
    fallbacks.fellBack(
        TargetFixtures.webIdentity(Optional.empty(), Optional.of(Session.of(other, "kiam-kiam"))),
        Finding.TRUST_DENIES_SUBJECT,
        "no");
    assertThat(heard)
        .containsExactly(
            "metric WEB_IDENTITY TRUST_DENIES_SUBJECT",
            "audit TRUST_DENIES_SUBJECT no",
            "metric of another role WEB_IDENTITY",
            "event TRUST_DENIES_SUBJECT no; what it gets is of another role, " + other);
  }
}
