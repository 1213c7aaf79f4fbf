package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.bindings.Entitlement.Binding;
import io.iambridge.server.bindings.Entitlement.Culprit;
import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.bindings.Entitlement.NoRole;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.callers.TestPods;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.kubernetes.KubernetesEvents;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.ModeDecision;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the owners of pods are told. */
@EnableKubernetesMockClient(crud = true, https = false)
class DecisionsTest {
  private static final Binding BINDING =
      new Binding(Session.of(RoleArn.parse("arn:aws:iam::123456789012:role/app"), "kiam-kiam"));

  @SuppressWarnings("NullAway") // the extension sets it before each test
  private KubernetesClient client = null;

  private final FakeClock clock = new FakeClock();
  private final List<String> heard = new ArrayList<>();
  private final LateAccounts late = new LateAccounts(clock);
  private KubernetesEvents events;
  private Decisions decisions;

  @BeforeEach
  void start() {
    events =
        KubernetesEvents.start(client, clock, Thread.ofVirtual().factory(), ServerMetrics.NOOP);
    decisions =
        new Decisions(
            events,
            new Audit() {
              @Override
              public void fellBack(
                  Pod pod, Mechanism.Kind wanted, Session instead, Finding why, String message) {
                heard.add("audit %s %s %s %s".formatted(pod.name(), wanted, why.word(), message));
              }
            },
            new ServerMetrics() {
              @Override
              public void fellBack(Mechanism.Kind wanted, Finding why) {
                heard.add("metric %s %s".formatted(wanted, why.word()));
              }
            },
            new StandingDenials(clock, new Random(1)),
            late);
  }

  @AfterEach
  void stop() {
    events.close();
  }

  @Test
  void aHostNetworkPodWithARoleIsToldThatItHasNoEffect() {
    decisions.entitled(new PodBinding(TestPods.pod("plain").hostNetwork().build(), new NoRole()));
    decisions.entitled(
        new PodBinding(TestPods.pod("ended").role("app").hostNetwork().ended().build(), BINDING));
    decisions.entitled(
        new PodBinding(TestPods.pod("web").role("app").hostNetwork().build(), BINDING));
    await().until(() -> events().size() == 1);
    Event event = events().getFirst();
    assertThat(event.getReason()).isEqualTo("HostNetworkNotServed");
    assertThat(event.getInvolvedObject().getName()).isEqualTo("web");
    assertThat(event.getMessage()).contains("hostNetwork", "IRSA");
  }

  @Test
  void aPodWhoseAccountNamesNoRoleIsToldThatItFallsBack() {
    decisions.entitled(fallenBack("late", Finding.NO_SERVICE_ACCOUNT));
    decisions.entitled(fallenBack("web", Finding.NO_ROLE_ON_SERVICE_ACCOUNT));
    await().until(() -> events().size() == 1);
    Event event = events().getFirst();
    assertThat(event.getReason()).isEqualTo("CredentialsFallback");
    assertThat(event.getInvolvedObject().getName()).isEqualTo("web");
    assertThat(event.getMessage()).contains("irsa", "no-role-on-service-account", "default");
    assertThat(heard)
        .containsExactly(
            "metric WEB_IDENTITY no-role-on-service-account",
            "audit web WEB_IDENTITY no-role-on-service-account"
                + " see the annotations of service account default, and the pod's");
  }

  /** Kubernetes may tell of a pod before it tells of its service account. */
  @Test
  void anAccountThatIsMissingIsToldOfOnceWhenItStaysSo() {
    PodBinding seenLater = fallenBack("late", Finding.NO_SERVICE_ACCOUNT);
    PodBinding gone = fallenBack("gone", Finding.NO_SERVICE_ACCOUNT);
    Map<String, PodBinding> now =
        Map.of(
            seenLater.pod().uid(),
            new PodBinding(seenLater.pod(), BINDING),
            gone.pod().uid(),
            gone);
    decisions.entitled(seenLater);
    decisions.entitled(gone);
    decisions.repeat(uid -> Optional.ofNullable(now.get(uid)));
    assertThat(heard).isEmpty();

    clock.advance(LateAccounts.PATIENCE);
    decisions.repeat(uid -> Optional.ofNullable(now.get(uid)));
    decisions.repeat(uid -> Optional.ofNullable(now.get(uid)));
    assertThat(heard)
        .containsExactly(
            "metric WEB_IDENTITY no-service-account",
            "audit gone WEB_IDENTITY no-service-account there is no service account default");
    await().until(() -> events().size() == 1);
    assertThat(events().getFirst().getInvolvedObject().getName()).isEqualTo("gone");
    assertThat(events().getFirst().getMessage()).contains("there is no service account default");
  }

  /** The bound costs patience, never the message. */
  @Test
  void beyondABoundMissingAccountsAreToldOfAtOnce() {
    for (int i = 0; i < LateAccounts.MAX; i++) {
      assertThat(late.add(TestPods.pod("p" + i).build())).isTrue();
    }
    decisions.entitled(fallenBack("more", Finding.NO_SERVICE_ACCOUNT));
    assertThat(heard).hasSize(2).last().asString().startsWith("audit more");
  }

  private static PodBinding fallenBack(String name, Finding why) {
    ModeDecision irsa =
        new ModeDecision(Mode.IRSA, ModeDecision.SetBy.NAMESPACE, true, Optional.empty());
    return new PodBinding(TestPods.pod(name).role("app").build(), BINDING, irsa, Optional.of(why));
  }

  /** Whoever still calls is told when it does; the others have nothing to mend. */
  @Test
  void aRetiredPodIsNotToldOfIt() {
    Pod pod = TestPods.pod("web").role("app").build();
    decisions.entitled(new PodBinding(pod, new Denial(Reason.RETIRED, "no", Culprit.NAMESPACE)));
    decisions.entitled(
        new PodBinding(pod, new Denial(Reason.NO_TARGET_ROLE, "no role", Culprit.POD)));
    await().until(() -> events().size() == 1);
    assertThat(events().getFirst().getReason()).isEqualTo("TargetRoleMissing");
  }

  @Test
  void aRetiredPodThatCallsAllTheSameIsToldOnce() {
    Pod pod = TestPods.pod("web").role("app").build();
    PodBinding retired =
        new PodBinding(pod, new Denial(Reason.RETIRED, "set the label back", Culprit.NAMESPACE));
    decisions.refused(new PodBinding(pod, new Denial(Reason.NO_TARGET_ROLE, "no", Culprit.POD)));
    decisions.refused(new PodBinding(pod, BINDING));
    decisions.refused(retired);
    decisions.refused(retired);
    await().until(() -> events().size() == 1);
    assertThat(events().getFirst().getReason()).isEqualTo("Retired");
    assertThat(events().getFirst().getMessage()).isEqualTo("set the label back");
  }

  @Test
  void everyPodThatClaimsAnAddressIsToldAndNotWhoTheOthersAre() {
    for (String name : List.of("a", "b")) {
      client
          .pods()
          .inNamespace("demo")
          .resource(new PodBuilder().withNewMetadata().withName(name).endMetadata().build())
          .create();
    }
    decisions.ambiguous(
        "node-1", InetAddress.ofLiteral("10.0.0.1"), List.of("demo/a", "demo/b", "demo/gone"));
    await().until(() -> events().size() == 2);
    assertThat(events())
        .allSatisfy(event -> {
          assertThat(event.getReason()).isEqualTo("AddressAmbiguous");
          assertThat(event.getInvolvedObject().getUid()).isNotEmpty();
          assertThat(event.getMessage()).startsWith("3 pods").contains("10.0.0.1");
        })
        .extracting(event -> event.getInvolvedObject().getName())
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aStandingDenialIsToldAgain() {
    Pod pod = TestPods.pod("web").role("app").build();
    Denial denial = new Denial(Reason.ROLE_NOT_PERMITTED, "no", Culprit.POD);
    decisions.entitled(new PodBinding(pod, denial));
    await().until(() -> events().size() == 1);
    clock.advance(Duration.ofMinutes(56));
    decisions.repeat(uid -> Optional.of(new PodBinding(pod, denial)));
    await().until(() -> events().getFirst().getCount() == 2);
  }

  private List<Event> events() {
    return client.v1().events().inNamespace("demo").list().getItems();
  }
}
