package io.iambridge.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.credentials.FetchResult.Failed;
import io.iambridge.agent.credentials.FetchResult.Fetched;
import io.iambridge.agent.credentials.FetchResult.Refused;
import io.iambridge.agent.credentials.Outcome.Refuse;
import io.iambridge.agent.credentials.Outcome.Serve;
import io.iambridge.agent.credentials.Outcome.Unavailable;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.proto.v1.Reason;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CredentialsCacheTest {
  private static final Duration PATIENCE = Duration.ofMillis(400);
  private static final Failed STS_DOWN = new Failed(Reason.STS_UNAVAILABLE, "down");

  private final FakeClock clock = new FakeClock();
  private final ManualScheduler state = new ManualScheduler(clock);
  private final FakeSource source = new FakeSource();
  private final List<Outcome<String>> answers = new ArrayList<>();
  private final CredentialsCache<String> cache =
      new CredentialsCache<>(
          source,
          Credentials::accessKeyId,
          new RenewalPolicy(),
          clock,
          new Random(7),
          state,
          new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  @Test
  void sessionIsFetchedAsSoonAsItHasACaller() {
    add("s", "pod");
    assertThat(source.calls("s")).isEqualTo(1);
    assertThat(cache.ready("s", "pod", clock.instant())).isNotNull();
  }

  @Test
  void fiveHundredRenewalsDueTogetherAreAllMadeWithOneCallEach() {
    for (int i = 0; i < 500; i++) {
      cache.add("s" + i, "pod" + i);
    }
    state.advance(Duration.ofMinutes(35));
    for (int i = 0; i < 500; i++) {
      assertThat(source.calls("s" + i)).as("session %s", i).isEqualTo(2);
    }
    // Nobody had less than 25 minutes at any time.
    assertThat(source.leftAtRenewal)
        .hasSize(500)
        .allSatisfy(
            left -> assertThat(left).isBetween(Duration.ofSeconds(1547), Duration.ofSeconds(1800)));
    assertThat(source.leftAtRenewal.stream().distinct().count()).isGreaterThan(400);
  }

  @Test
  void thousandWaitersShareOneCall() {
    source.hold();
    add("s", "pod");
    for (int i = 0; i < 1_000; i++) {
      get("s");
    }
    source.release();
    state.runDue();
    assertThat(source.calls("s")).isEqualTo(1);
    assertThat(answers).hasSize(1_000).allMatch(Serve.class::isInstance);
  }

  @Test
  void waiterThatGivesUpCancelsNothing() {
    source.hold();
    add("s", "pod");
    get("s");
    state.advance(PATIENCE);
    assertThat(answers).singleElement().isInstanceOf(Unavailable.class);
    source.release();
    state.runDue();
    get("s");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
    assertThat(source.calls("s")).isEqualTo(1);
  }

  @Test
  void failingStsLeavesTheOldOnesUntilTheyReallyExpire() {
    add("s", "pod");
    source.answer = STS_DOWN;
    state.advance(Duration.ofMinutes(59));
    get("s");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
    state.advance(Duration.ofMinutes(1));
    get("s");
    assertThat(answers.getLast()).isInstanceOf(Unavailable.class);
    assertThat(source.calls("s")).as("retries are spread").isBetween(25, 120);
  }

  @Test
  void renewalSucceedsAfterFailures() {
    add("s", "pod");
    source.answer = STS_DOWN;
    state.advance(Duration.ofMinutes(40));
    assertThat(cache.ready("s", "pod", clock.instant())).as("below the floor").isNull();
    source.answer = null;
    state.advance(Duration.ofMinutes(2));
    assertThat(cache.ready("s", "pod", clock.instant())).isNotNull();
  }

  @Test
  void belowTheFloorARequestWaitsForNewOnesUnlessThatHasFailed() {
    add("s", "pod");
    source.hold();
    state.advance(Duration.ofMinutes(45));
    get("s");
    assertThat(answers).as("waits").isEmpty();
    state.advance(PATIENCE);
    assertThat(answers).singleElement().isInstanceOf(Serve.class);
    source.answer = STS_DOWN;
    source.release();
    state.runDue();
    int calls = source.calls("s");
    get("s");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
    assertThat(source.calls("s")).as("has just failed").isEqualTo(calls);
  }

  @Test
  void anOutageThatEndsBeforeTheCredentialsDoCostsNothing() {
    for (int i = 0; i < 10; i++) {
      String session = "s" + i;
      source.lifetime = Duration.ofMinutes(1);
      add(session, "pod");
      source.answer = STS_DOWN;
      state.advance(Duration.ofSeconds(50));
      source.answer = null;
      for (int second = 0; second < 60; second++) {
        state.advance(Duration.ofSeconds(1));
        get(session);
        assertThat(answers.getLast()).as("second %s", second).isInstanceOf(Serve.class);
      }
    }
  }

  /** Their callers ask all the time; what they hold is good for another fifteen minutes. */
  @Test
  void sessionsComeBackSpreadAfterAnOutage() {
    for (int i = 0; i < 100; i++) {
      cache.add("s" + i, "pod" + i);
    }
    source.answer = STS_DOWN;
    state.advance(Duration.ofMinutes(45));
    source.answer = null;
    int most = 0;
    for (int second = 0; second < 65; second++) {
      int before = source.calls.values().stream().mapToInt(Integer::intValue).sum();
      for (int i = 0; i < 100; i++) {
        cache.get("s" + i, "pod" + i, PATIENCE, answers::add);
      }
      state.advance(Duration.ofSeconds(1));
      int calls = source.calls.values().stream().mapToInt(Integer::intValue).sum() - before;
      most = Math.max(most, calls);
    }
    assertThat(answers).allMatch(Serve.class::isInstance);
    for (int i = 0; i < 100; i++) {
      assertThat(cache.ready("s" + i, "pod" + i, clock.instant())).as("session %s", i).isNotNull();
    }
    assertThat(most).as("calls in one second").isLessThan(20);
  }

  @Test
  void serverWithoutNewerCredentialsIsNotAskedInALoop() {
    source.age = Duration.ofMinutes(50);
    add("s", "pod");
    for (int i = 0; i < 100; i++) {
      get("s");
    }
    assertThat(source.calls("s")).isEqualTo(1);
    assertThat(answers).hasSize(100).allMatch(Serve.class::isInstance);
  }

  @Test
  void refusalIsRememberedForSecondsAndThenAskedAgain() {
    source.answer = new Refused(Reason.STS_DENIED, "trust policy");
    add("s", "pod");
    get("s");
    get("s");
    assertThat(answers).containsOnly(new Refuse<>(Reason.STS_DENIED, "trust policy"));
    assertThat(source.calls("s")).isEqualTo(1);

    source.answer = null;
    state.advance(RenewalPolicy.REFUSAL_KEPT);
    get("s");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
  }

  @Test
  void refusalOfOnePodIsNotTheSessions() {
    source.refusedPods.put("gone", new Failed(Reason.CALLER_UNKNOWN, "no such pod"));
    add("s", "gone");
    get("s", "gone");
    assertThat(answers.getLast()).isInstanceOf(Unavailable.class);
    add("s", "alive");
    state.advance(Duration.ofSeconds(1));
    get("s");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
    // Asked once for the lonely pod, then for it again and at once for the other.
    assertThat(source.calls("s")).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "INVALID_ROLE",
        "INVALID_SESSION",
        "NAMESPACE_PERMITS_NOTHING",
        "INVALID_NAMESPACE_RULE",
        "ROLE_NOT_PERMITTED",
        "OTHER_NODE"
      })
  void deniedPodGetsNothingOfWhatItsSessionHolds(Reason reason) {
    Refused denied = new Refused(reason, "no");
    add("s", "denied");
    add("s", "fine");
    source.refusedPods.put("denied", denied);
    state.advance(Duration.ofMinutes(35));
    assertThat(cache.ready("s", "denied", clock.instant())).isNull();
    get("s", "denied");
    assertThat(answers.getLast()).isEqualTo(new Refuse<>(reason, "no"));
    assertThat(cache.ready("s", "fine", clock.instant())).isNotNull();
    get("s", "fine");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"NO_ROLE", "SESSION_CHANGED"})
  void podThatHasChangedIsToldToAskAgain(Reason reason) {
    add("s", "changed");
    add("s", "fine");
    source.refusedPods.put("changed", new Failed(reason, "changed"));
    state.advance(Duration.ofMinutes(35));
    get("s", "changed");
    assertThat(answers.getLast()).isEqualTo(new Unavailable<>(reason, "changed"));
    get("s", "fine");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
  }

  @Test
  void podThatALaggingServerDoesNotKnowIsServedWhatIsHeld() {
    add("s", "pod");
    source.refusedPods.put("pod", new Failed(Reason.CALLER_UNKNOWN, "no such pod"));
    state.advance(Duration.ofMinutes(40));
    get("s", "pod");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
  }

  @Test
  void whatNobodyMayHaveIsNotHeld() {
    add("s", "a");
    add("s", "b");
    source.refusedPods.put("a", new Refused(Reason.ROLE_NOT_PERMITTED, "no"));
    source.refusedPods.put("b", new Refused(Reason.ROLE_NOT_PERMITTED, "no"));
    state.advance(Duration.ofMinutes(35));
    get("s", "a");
    get("s", "b");
    assertThat(answers).hasSize(2).allMatch(Refuse.class::isInstance);
    assertThat(cache.ready("s", "anybody", clock.instant())).isNull();

    int calls = source.calls("s");
    add("s", "c");
    assertThat(source.calls("s")).as("asked at once").isEqualTo(calls + 1);
    assertThat(cache.ready("s", "c", clock.instant())).isNotNull();
    assertThat(cache.ready("s", "a", clock.instant())).isNull();
  }

  @Test
  void refusedPodIsServedAgainWhenTheWatchTellsOfIt() {
    add("s", "a");
    add("s", "b");
    source.refusedPods.put("a", new Refused(Reason.ROLE_NOT_PERMITTED, "no"));
    state.advance(Duration.ofMinutes(35));
    assertThat(cache.ready("s", "a", clock.instant())).isNull();
    cache.remove("s", "a");
    add("s", "a");
    assertThat(cache.ready("s", "a", clock.instant())).isNotNull();
  }

  @Test
  void refusedPodAsksAgainInItsOwnName() {
    // A lagging server refused it, and caught up before the watch could notice anything.
    add("s", "a");
    add("s", "b");
    source.refusedPods.put("a", new Refused(Reason.ROLE_NOT_PERMITTED, "no"));
    state.advance(Duration.ofMinutes(35));
    int calls = source.calls("s");
    source.refusedPods.clear();
    clock.advance(RenewalPolicy.REFUSAL_KEPT);
    get("s", "a");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
    assertThat(source.calls("s")).isEqualTo(calls + 1);
    assertThat(cache.ready("s", "a", clock.instant())).isNotNull();
  }

  @Test
  void refusalOfOnePodIsNotToldToAnother() {
    source.refusedPods.put("a", new Refused(Reason.ROLE_NOT_PERMITTED, "no"));
    source.refusedPods.put("b", new Failed(Reason.CALLER_UNKNOWN, "no such pod"));
    add("s", "b");
    add("s", "a");
    state.advance(Duration.ofMinutes(1));
    get("s", "a");
    assertThat(answers.getLast()).isInstanceOf(Refuse.class);
    get("s", "b");
    assertThat(answers.getLast()).isInstanceOf(Unavailable.class);
  }

  @Test
  void clockThatIsSetBackFreezesNoRetry() {
    source.answer = new Refused(Reason.STS_DENIED, "trust policy");
    add("s", "pod");
    clock.set(clock.instant().minus(Duration.ofHours(5)));
    source.answer = null;
    cache.get("s", "pod", PATIENCE, answers::add);
    state.runDue();
    assertThat(source.calls("s")).isEqualTo(2);
  }

  @Test
  void newerCredentialsWinOverOnesThatLiveLonger() {
    source.lifetime = Duration.ofHours(12);
    add("s", "pod");
    source.lifetime = Duration.ofHours(1);
    state.advance(Duration.ofHours(7));
    Serve<String> served = cache.ready("s", "pod", clock.instant());
    assertThat(served)
        .isNotNull()
        .satisfies(one ->
            assertThat(one.credentials().expiration())
                .isBefore(clock.instant().plus(Duration.ofHours(1))));
  }

  @Test
  void sessionIsDroppedWithItsLastCallerAndALateResultIsDiscarded() {
    source.hold();
    add("s", "pod");
    get("s");
    cache.remove("s", "pod");
    assertThat(answers).singleElement().isInstanceOf(Unavailable.class);
    source.release();
    state.runDue();
    assertThat(cache.ready("s", "pod", clock.instant())).isNull();
    assertThat(state.pending()).as("no renewal is left").isZero();
  }

  @Test
  void closedCacheHoldsNothingAndPlansNothing() {
    add("s", "pod");
    cache.close();
    state.runDue();
    assertThat(cache.ready("s", "pod", clock.instant())).isNull();
    assertThat(state.pending()).isZero();
  }

  @Test
  void sessionOutlivesOneOfTwoAddressesOfAPod() {
    add("s", "pod");
    add("s", "pod");
    cache.remove("s", "pod");
    assertThat(cache.ready("s", "pod", clock.instant())).isNotNull();
    cache.remove("s", "pod");
    assertThat(cache.ready("s", "pod", clock.instant())).isNull();
  }

  @Test
  void sourceThatThrowsIsAFailureLikeAnother() {
    source.broken = true;
    add("s", "pod");
    get("s");
    assertThat(answers).singleElement().isInstanceOf(Unavailable.class);
    source.broken = false;
    state.advance(Duration.ofMinutes(2));
    get("s");
    assertThat(answers.getLast()).isInstanceOf(Serve.class);
  }

  @Test
  void secretsAreNeverPrinted() {
    Credentials credentials = source.credentials();
    String texts =
        credentials
            + " "
            + new Fetched(credentials)
            + new Serve<>(credentials, "x", clock.instant());
    assertThat(texts).contains("ASIA").doesNotContain("the-secret").doesNotContain("the-token");
  }

  private void add(String session, String podUid) {
    cache.add(session, podUid);
    state.runDue();
  }

  private void get(String session) {
    get(session, "pod");
  }

  private void get(String session, String podUid) {
    cache.get(session, podUid, PATIENCE, answers::add);
    state.runDue();
  }

  private final class FakeSource implements CredentialsSource {
    private final Map<String, Integer> calls = new HashMap<>();
    private final Map<String, FetchResult> refusedPods = new HashMap<>();
    private final List<Duration> leftAtRenewal = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private boolean holding;
    private boolean broken;
    private Duration age = Duration.ZERO;
    private Duration lifetime = Duration.ofHours(1);
    private @Nullable FetchResult answer;

    @Override
    public void fetch(String podUid, String session, Consumer<FetchResult> done) {
      if (calls.merge(session, 1, Integer::sum) == 2) {
        leftAtRenewal.add(
            Duration.between(clock.instant(), new FakeClock().instant().plus(Duration.ofHours(1))));
      }
      if (broken) {
        throw new IllegalStateException("broken");
      }
      Runnable answering = () -> done.accept(result(podUid));
      if (holding) {
        held.add(answering);
      } else {
        answering.run();
      }
    }

    private FetchResult result(String podUid) {
      FetchResult refused = refusedPods.get(podUid);
      if (refused != null) {
        return refused;
      }
      return answer != null ? answer : new Fetched(credentials());
    }

    private Credentials credentials() {
      var issued = clock.instant().minus(age);
      return new Credentials("ASIA", "the-secret", "the-token", issued, issued.plus(lifetime));
    }

    int calls(String session) {
      return calls.getOrDefault(session, 0);
    }

    void hold() {
      holding = true;
    }

    void release() {
      holding = false;
      List.copyOf(held).forEach(Runnable::run);
      held.clear();
    }
  }
}
