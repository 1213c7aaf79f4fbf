package io.iambridge.server.switching;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.bindings.Entitlement.Binding;
import io.iambridge.server.bindings.TargetSessions;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.callers.TestPods;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PreparationTest {
  private static final Map<String, String> EVERYTHING = Map.of(NamespaceRules.PERMITTED, ".*");
  private static final Duration MOST = Preparation.MOST_DELAY;

  private final FakeClock clock = new FakeClock();
  private final ManualScheduler scheduler = new ManualScheduler(clock);
  private final RoleResolver roles = new RoleResolver("arn:aws:iam::123456789012:role/");
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final Map<Session, CompletableFuture<Object>> asked = new LinkedHashMap<>();
  private final Preparation preparation =
      new Preparation(
          callers,
          session -> asked.computeIfAbsent(session, _ -> new CompletableFuture<>()),
          scheduler,
          scheduler,
          clock);

  @BeforeEach
  void aPodOfANodeThatIsFollowed() {
    var _ = callers.subscribe("node-1", () -> {});
    preparation.serviceAccountChanged(
        new ServiceAccount(
            "demo",
            "default",
            Map.of(TargetSessions.ROLE_ARN, "arn:aws:iam::123456789012:role/irsa")));
    preparation.namespaceChanged(demo(EVERYTHING, Map.of()));
    preparation.podChanged(TestPods.pod("web").at("10.0.0.1").role("app").build());
  }

  private static Namespace demo(Map<String, String> annotations, Map<String, String> labels) {
    return new Namespace("demo", "uid-demo", annotations, labels);
  }

  private void label(String mode) {
    preparation.namespaceChanged(demo(EVERYTHING, Map.of(Mode.LABEL, mode)));
  }

  private Mode mode() {
    return callers.find("uid-web").map(PodBinding::mode).orElseThrow().mode();
  }

  private void given() {
    asked.values().forEach(credentials -> credentials.complete(""));
    scheduler.runDue();
  }

  @Test
  void aNewModeIsInForceWhenItsCredentialsAreThere() {
    label("irsa");
    assertThat(asked.keySet())
        .singleElement()
        .satisfies(session -> {
          assertThat(session.mechanism().kind()).isEqualTo(Mechanism.Kind.WEB_IDENTITY);
          assertThat(preparation.prepares(session)).isTrue();
        });
    assertThat(mode()).isEqualTo(Mode.KIAM);
    given();
    assertThat(mode()).isEqualTo(Mode.IRSA);
    assertThat(callers.find("uid-web").orElseThrow().entitlement())
        .isEqualTo(new Binding(asked.keySet().iterator().next()));
    assertThat(asked.keySet()).noneMatch(preparation::prepares);
  }

  @Test
  void aNewModeDoesNotWaitForCredentialsThatDoNotCome() {
    label("irsa");
    scheduler.advance(MOST.minusMillis(1));
    assertThat(mode()).isEqualTo(Mode.KIAM);
    scheduler.advance(Duration.ofMillis(1));
    assertThat(mode()).isEqualTo(Mode.IRSA);
    given();
    assertThat(mode()).isEqualTo(Mode.IRSA);
  }

  @Test
  void credentialsThatAreRefusedAreNoReasonToWait() {
    label("irsa");
    asked.values().forEach(credentials -> credentials.completeExceptionally(new Exception("no")));
    scheduler.runDue();
    assertThat(mode()).isEqualTo(Mode.IRSA);
  }

  @Test
  void theFallbackLabelIsPreparedToo() {
    label("irsa");
    given();
    Map<String, String> strict = Map.of(Mode.LABEL, "irsa", Modes.FALLBACK, "false");
    preparation.namespaceChanged(demo(EVERYTHING, strict));
    assertThat(asked).hasSize(2);
    assertThat(callers.namespace("demo").orElseThrow().labels()).isNotEqualTo(strict);
    given();
    assertThat(callers.namespace("demo").orElseThrow().labels()).isEqualTo(strict);
  }

  /** Whoever takes a right away must not be kept waiting. */
  @Test
  void aChangedRuleIsInForceAtOnceWithWhateverWaits() {
    label("irsa");
    preparation.namespaceChanged(demo(Map.of(), Map.of(Mode.LABEL, "irsa")));
    assertThat(mode()).isEqualTo(Mode.IRSA);
    assertThat(callers.namespace("demo").orElseThrow().annotations()).isEmpty();
    scheduler.advance(MOST);
    assertThat(callers.namespace("demo").orElseThrow().annotations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"retired", "rehearse", "kiam"})
  void aModeThatNeedsNoNewCredentialsIsInForceAtOnce(String mode) {
    label(mode);
    assertThat(mode().label()).isEqualTo(mode);
    assertThat(asked).isEmpty();
  }

  @Test
  void aNewerModeReplacesTheOneThatWaitsAndDoesNotWaitLonger() {
    label("irsa");
    scheduler.advance(Duration.ofMillis(400));
    label("pod-identity");
    asked.values().iterator().next().complete("");
    scheduler.runDue();
    assertThat(mode()).as("the first one's are there").isEqualTo(Mode.KIAM);
    scheduler.advance(MOST.minusMillis(400));
    assertThat(mode()).isEqualTo(Mode.POD_IDENTITY);
  }

  @Test
  void aModeThatIsTakenBackWhileItWaitsIsNeverInForce() {
    label("irsa");
    preparation.namespaceChanged(demo(EVERYTHING, Map.of()));
    given();
    scheduler.advance(MOST);
    assertThat(mode()).isEqualTo(Mode.KIAM);
  }

  @Test
  void theSameChangeToldAgainDoesNotWaitAnew() {
    label("irsa");
    for (int i = 0; i < 8; i++) {
      label("irsa");
      scheduler.advance(Duration.ofMillis(100));
    }
    assertThat(mode()).isEqualTo(Mode.IRSA);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aNamespaceThatGoesWhileItWaitsDoesNotComeBack() {
    label("irsa");
    preparation.namespaceDeleted("demo");
    given();
    scheduler.advance(MOST);
    assertThat(callers.namespace("demo")).isEmpty();
    assertThat(callers.find("uid-web")).isEmpty();
  }

  @Test
  void aNamespaceThatWasMadeAnewUnderItsNameIsInForceAtOnce() {
    preparation.namespaceChanged(
        new Namespace("demo", "uid-2", EVERYTHING, Map.of(Mode.LABEL, "irsa")));
    assertThat(mode()).isEqualTo(Mode.IRSA);
  }

  /** Each replica gets what its own agents will ask for. */
  @Test
  void podsOfNodesThatNobodyFollowsHereAreNotWaitedFor() {
    preparation.podDeleted("uid-web");
    preparation.podChanged(TestPods.pod("far").node("node-2").at("10.0.1.1").role("app").build());
    label("irsa");
    assertThat(asked).isEmpty();
    assertThat(callers.find("uid-far").map(PodBinding::mode).orElseThrow().mode())
        .isEqualTo(Mode.IRSA);
  }

  @Test
  void fewCredentialsAreAskedForAtOnce() {
    for (int i = 0; i < 100; i++) {
      preparation.podChanged(TestPods.pod("p" + i).at("10.0.2." + i).role("app").build());
    }
    label("irsa");
    assertThat(asked).hasSize(Preparation.MOST_AT_ONCE);
    List.copyOf(asked.values()).forEach(credentials -> credentials.complete(""));
    scheduler.runDue();
    assertThat(asked).hasSize(2 * Preparation.MOST_AT_ONCE);
    scheduler.advance(MOST);
    given();
    assertThat(asked).as("agents ask themselves now").hasSize(2 * Preparation.MOST_AT_ONCE);
    assertThat(mode()).isEqualTo(Mode.IRSA);
  }
}
