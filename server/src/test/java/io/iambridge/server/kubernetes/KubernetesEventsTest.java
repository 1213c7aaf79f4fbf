package io.iambridge.server.kubernetes;

import static io.iambridge.server.testing.ServerFixtures.podWithRole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Entitlement.Culprit;
import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.metrics.EventOutcome;
import io.iambridge.server.metrics.ServerMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true, https = false)
class KubernetesEventsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ThreadFactory THREADS = Thread.ofVirtual().factory();
  private static final Pod POD = podWithRole("u1", "node-1", "10.0.0.1", "app");
  private static final Denial DENIAL =
      new Denial(Reason.ROLE_NOT_PERMITTED, "namespace apps does not permit it", Culprit.POD);

  @SuppressWarnings("NullAway") // the extension sets it before each test
  private KubernetesClient client = null;

  private final FakeClock clock = new FakeClock();
  private final Outcomes outcomes = new Outcomes();
  private final List<KubernetesEvents> started = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(KubernetesEvents::close);
  }

  @Test
  void deniedPodGetsAWarning() {
    replica().denied(POD, DENIAL);
    Event event = only("apps");
    assertThat(event.getType()).isEqualTo("Warning");
    assertThat(event.getReason()).isEqualTo("RoleDenied");
    assertThat(event.getMessage()).isEqualTo("namespace apps does not permit it");
    assertThat(event.getInvolvedObject().getKind()).isEqualTo("Pod");
    assertThat(event.getInvolvedObject().getName()).isEqualTo("pod-u1");
    assertThat(event.getInvolvedObject().getUid()).isEqualTo("u1");
    assertThat(event.getSource().getComponent()).isEqualTo("iambridge-server");
    assertThat(event.getLastTimestamp()).isEqualTo("2026-11-22T06:00:00Z");
    assertThat(event.getMetadata().getName()).matches("pod-u1\\.[0-9a-f]{16}");
  }

  @Test
  void aRuleThatCannotBeReadIsToldOnTheNamespaceInsideIt() {
    replica().denied(POD, new Denial(Reason.INVALID_NAMESPACE_RULE, "broken", Culprit.NAMESPACE));
    Event event = only("apps");
    assertThat(event.getReason()).isEqualTo("NamespaceRuleInvalid");
    assertThat(event.getInvolvedObject().getKind()).isEqualTo("Namespace");
    assertThat(event.getInvolvedObject().getName()).isEqualTo("apps");
  }

  @Test
  void aRoleThatStsDeniesComesWithAHint() {
    replica().failed(POD, new IssueException(Reason.STS_DENIED, "AccessDenied: no"));
    Event event = only("apps");
    assertThat(event.getReason()).isEqualTo("CredentialsFailed");
    assertThat(event.getMessage()).contains("AccessDenied: no").contains("trust policy");
  }

  @Test
  void aLabelThatIsNoModeIsToldOnItsObject() {
    replica().unknownMode(new Namespace("apps", "ns-1", Map.of(), Map.of()), "irssa\nx");
    Event event = only("apps");
    assertThat(event.getReason()).isEqualTo("ModeUnknown");
    assertThat(event.getInvolvedObject().getKind()).isEqualTo("Namespace");
    assertThat(event.getMessage())
        .contains("iambridge.io/mode=\"irssa?x\"", "taken for kiam", "pod-identity, retired");
    replica().unknownMode(POD, "no");
    await().atMost(PATIENCE).until(() -> events("apps").size() == 2);
    assertThat(events("apps"))
        .anySatisfy(other -> assertThat(other.getInvolvedObject().getKind()).isEqualTo("Pod"));
  }

  @Test
  void aPodThatFallsBackIsToldWhy() {
    replica().fellBack(POD, "irsa", "trust-denies-subject", "AccessDenied: no");
    Event event = only("apps");
    assertThat(event.getReason()).isEqualTo("CredentialsFallback");
    assertThat(event.getInvolvedObject().getUid()).isEqualTo("u1");
    assertThat(event.getMessage())
        .contains("irsa", "(trust-denies-subject)", "as in mode kiam", "AccessDenied: no");
  }

  @Test
  void aRetiredPodThatAsksIsToldWhatToDo() {
    replica().retired(POD, "set the label back");
    assertThat(only("apps").getReason()).isEqualTo("Retired");
    assertThat(only("apps").getMessage()).isEqualTo("set the label back");
  }

  @Test
  void passingFailuresAreNotThePodsBusiness() {
    KubernetesEvents events = replica();
    events.failed(POD, new IssueException(Reason.STS_THROTTLED, "slow down"));
    events.failed(POD, new IssueException(Reason.STS_DENIED, "no"));
    assertThat(only("apps").getMessage()).startsWith("no");
    assertThat(outcomes.all).containsExactly(EventOutcome.CREATED);
  }

  @Test
  void theSameNoteIsToldOnceInAWhile() {
    KubernetesEvents events = replica();
    events.denied(POD, DENIAL);
    events.denied(POD, DENIAL);
    await()
        .atMost(PATIENCE)
        .until(
            () -> outcomes.all.containsAll(List.of(EventOutcome.CREATED, EventOutcome.SUPPRESSED)));
    assertThat(only("apps").getCount()).isEqualTo(1);

    clock.advance(Duration.ofMinutes(6));
    events.denied(POD, DENIAL);
    await().atMost(PATIENCE).until(() -> outcomes.all.contains(EventOutcome.REPEATED));
    Event event = only("apps");
    assertThat(event.getCount()).isEqualTo(2);
    assertThat(event.getFirstTimestamp()).isEqualTo("2026-11-22T06:00:00Z");
    assertThat(event.getLastTimestamp()).isEqualTo("2026-11-22T06:06:00Z");
  }

  @Test
  void replicasCountOneEventUp() {
    replica().denied(POD, DENIAL);
    await().atMost(PATIENCE).until(() -> outcomes.all.contains(EventOutcome.CREATED));
    replica().denied(POD, DENIAL);
    await().atMost(PATIENCE).until(() -> outcomes.all.contains(EventOutcome.REPEATED));
    assertThat(only("apps").getCount()).isEqualTo(2);
  }

  @Test
  void anApiServerThatIsAwayIsCountedAndNothingElse() {
    KubernetesEvents events = replica();
    client.close();
    events.denied(POD, DENIAL);
    events.failed(POD, new IssueException(Reason.STS_DENIED, "no"));
    await()
        .atMost(PATIENCE)
        .until(() -> outcomes.all.equals(List.of(EventOutcome.FAILED, EventOutcome.FAILED)));
  }

  @Test
  void namesStayLegalForLongPodNames() {
    Pod longName =
        new Pod(
            "u",
            "apps",
            "p".repeat(253),
            "node-1",
            "default",
            POD.addresses(),
            /* hostNetwork= */ false,
            /* ended= */ false,
            /* deleting= */ false,
            POD.started(),
            POD.annotations(),
            Map.of(),
            Origin.ofBarePod("bare"));
    assertThat(EventNote.onPod(longName, EventReason.ROLE_DENIED, "m".repeat(2_000)))
        .satisfies(note -> {
          assertThat(note.name()).hasSize(253);
          assertThat(note.message()).hasSize(1_024);
        });
  }

  private KubernetesEvents replica() {
    KubernetesEvents events = KubernetesEvents.start(client, clock, THREADS, outcomes);
    started.add(events);
    return events;
  }

  private Event only(String namespace) {
    await().atMost(PATIENCE).until(() -> events(namespace).size() == 1);
    return events(namespace).getFirst();
  }

  private List<Event> events(String namespace) {
    return client.v1().events().inNamespace(namespace).list().getItems();
  }

  private static final class Outcomes implements ServerMetrics {
    private final List<EventOutcome> all = new CopyOnWriteArrayList<>();

    @Override
    public void event(EventOutcome outcome) {
      all.add(outcome);
    }
  }
}
