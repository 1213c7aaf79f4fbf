package io.iambridge.server.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.testing.TargetFixtures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CredentialsCacheTest {
  private static final Duration LIFETIME = Duration.ofHours(1);

  private final FakeClock clock = new FakeClock();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final Map<Session, Integer> calls = new HashMap<>();
  private @Nullable IssueException failure;

  private final CredentialsCache cache =
      new CredentialsCache(this::issue, waiting::add, clock, new Random(1));

  private Credentials issue(Session session) throws IssueException {
    int call = calls.merge(session, 1, Integer::sum);
    if (failure != null) {
      throw failure;
    }
    return new Credentials(
        "ASIA" + call,
        "secret",
        "token",
        clock.instant(),
        clock.instant().plus(LIFETIME),
        "request");
  }

  private void runIssuer() {
    for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
      task.run();
    }
  }

  private static Session session(String role) {
    return Session.of(RoleArn.parse("arn:aws:iam::123456789012:role/" + role), "kiam-kiam");
  }

  private String get(String role) {
    CompletableFuture<Credentials> result = cache.get(session(role));
    runIssuer();
    return result.join().accessKeyId();
  }

  private void assertFails(Reason reason) {
    assertThatThrownBy(() -> get("app"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            IssueException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void credentialsAreSharedWhileMoreThanHalfOfTheirLifeIsLeft() {
    assertThat(get("app")).isEqualTo("ASIA1");
    clock.advance(Duration.ofMinutes(30).minusSeconds(1));
    assertThat(get("app")).isEqualTo("ASIA1");
    assertThat(waiting).isEmpty();
  }

  @Test
  void pastHalfLifeTheNextToAskWaitsForNewOnes() {
    get("app");
    clock.advance(Duration.ofMinutes(30));
    assertThat(get("app")).isEqualTo("ASIA2");
  }

  @Test
  void aThousandWhoAskAtOnceMakeOneCall() {
    List<CompletableFuture<Credentials>> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(cache.get(session("app")));
    }
    runIssuer();
    assertThat(all).allSatisfy(one -> assertThat(one.join().accessKeyId()).isEqualTo("ASIA1"));
    assertThat(calls).containsEntry(session("app"), 1);
  }

  /**
   * In kiam the first caller's patience is everybody's: its timeout cancels the STS call and drops
   * the entry.
   */
  @Test
  void firstCallerGivingUpCancelsNothingForTheRest() {
    CompletableFuture<Credentials> first = cache.get(session("app"));
    CompletableFuture<Credentials> second = cache.get(session("app"));
    first.cancel(true);
    runIssuer();
    assertThat(second.join().accessKeyId()).isEqualTo("ASIA1");
    assertThat(get("app")).isEqualTo("ASIA1");
  }

  /** kiam drops 491 of 500 renewals that fall due together. */
  @Test
  void fiveHundredRenewalsDueTogetherAreAllMadeOnceEach() {
    for (int i = 0; i < 500; i++) {
      get("role-" + i);
    }
    clock.advance(Duration.ofMinutes(31));
    List<CompletableFuture<Credentials>> renewals = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      renewals.add(cache.get(session("role-" + i)));
      renewals.add(cache.get(session("role-" + i)));
    }
    runIssuer();
    assertThat(renewals)
        .hasSize(1_000)
        .allSatisfy(one -> assertThat(one.join().accessKeyId()).isEqualTo("ASIA2"));
    assertThat(calls).hasSize(500).allSatisfy((session, count) -> assertThat(count).isEqualTo(2));
  }

  @Test
  void whileStsFailsTheOldOnesServeUntilTheyReallyExpire() {
    get("app");
    failure = new IssueException(Reason.STS_UNAVAILABLE, "down");
    clock.advance(Duration.ofMinutes(59));
    assertThat(get("app")).isEqualTo("ASIA1");
    clock.advance(Duration.ofMinutes(1));
    assertFails(Reason.STS_UNAVAILABLE);
  }

  @Test
  void aDenialLeavesTheOldOnesServingToo() {
    get("app");
    failure = new IssueException(Reason.STS_DENIED, "no");
    clock.advance(Duration.ofMinutes(40));
    assertThat(get("app")).isEqualTo("ASIA1");
  }

  @Test
  void aPermanentFailureStandsForSomeSecondsAndIsThenTriedAgain() {
    failure = new IssueException(Reason.STS_DENIED, "no");
    assertFails(Reason.STS_DENIED);
    clock.advance(Duration.ofSeconds(4));
    assertFails(Reason.STS_DENIED);
    assertThat(calls).containsEntry(session("app"), 1);
    failure = null;
    clock.advance(Duration.ofSeconds(6));
    assertThat(get("app")).isEqualTo("ASIA2");
  }

  @Test
  void aPassingFailureIsTriedAgainSooner() {
    failure = new IssueException(Reason.STS_THROTTLED, "slow down");
    assertFails(Reason.STS_THROTTLED);
    failure = null;
    clock.advance(Duration.ofSeconds(2));
    assertThat(get("app")).isEqualTo("ASIA2");
  }

  @Test
  void afterAFailureNobodyAsksStsAgainUntilThePauseIsOver() {
    get("app");
    failure = new IssueException(Reason.STS_UNAVAILABLE, "down");
    clock.advance(Duration.ofMinutes(31));
    for (int i = 0; i < 100; i++) {
      get("app");
    }
    assertThat(calls).containsEntry(session("app"), 2);
  }

  @Test
  void aBugInTheIssuerFailsItsCallersAndIsTriedAgain() {
    CredentialsCache buggy =
        new CredentialsCache(
            session -> {
              throw new IllegalStateException("bug");
            },
            Runnable::run,
            clock,
            new Random(1));
    assertThat(buggy.get(session("app"))).isCompletedExceptionally();
    assertThat(buggy.get(session("app"))).isCompletedExceptionally();
  }

  @Test
  void aStoppedExecutorFailsTheCallerInsteadOfLettingItWait() {
    CredentialsCache stopped =
        new CredentialsCache(
            this::issue,
            task -> {
              throw new RejectedExecutionException("stopped");
            },
            clock,
            new Random(1));
    assertThat(stopped.get(session("app"))).isCompletedExceptionally();
  }

  @Test
  void sessionsThatDifferInAnythingDoNotShare() {
    RoleArn role = session("app").role();
    List<Session> all =
        List.of(
            Session.of(role, "kiam-a"),
            Session.of(role, "kiam-b"),
            new Session(role, "kiam-a", Optional.of("x1"), Map.of()),
            new Session(role, "kiam-a", Optional.of("x2"), Map.of()),
            new Session(role, "kiam-a", Optional.of(""), Map.of()),
            new Session(role, "kiam-a", Optional.empty(), Map.of("k", "v")),
            new Session(role, "kiam-a", Optional.empty(), Map.of("kv", "")));
    all.forEach(session -> assertThat(cache.get(session)).isNotDone());
    runIssuer();
    assertThat(calls).hasSize(all.size());
    assertThat(all.stream().map(Session::id).distinct()).hasSize(all.size());
  }

  @Test
  void sessionIdsAreTheSameForEqualSessionsAndTellNothing() {
    Session one = new Session(session("app").role(), "kiam-a", Optional.of("s3cret"), Map.of());
    Session other = new Session(session("app").role(), "kiam-a", Optional.of("s3cret"), Map.of());
    assertThat(one.id()).isEqualTo(other.id()).matches("[A-Za-z0-9_-]{22}");
    assertThat(one.toString()).doesNotContain("s3cret");
  }

  @Test
  void credentialsDoNotPrintTheirSecrets() {
    Credentials credentials =
        new Credentials(
            "ASIA1", "the-secret", "the-token", clock.instant(), clock.instant(), "request");
    assertThat(credentials.toString()).contains("ASIA1").doesNotContain("the-");
  }

  @Test
  void credentialsOfSessionsThatNobodyMayHaveAreForgotten() {
    get("app");
    get("web");
    cache.keepOnly(session -> session.role().name().equals("web"));
    assertThat(cache.size()).isEqualTo(1);
    get("web");
    assertThat(calls).containsEntry(session("web"), 1).containsEntry(session("app"), 1);
    get("app");
    assertThat(calls).containsEntry(session("app"), 2);
  }

  @Test
  void unusedSessionsAreForgotten() {
    get("app");
    clock.advance(Duration.ofMinutes(61));
    get("web");
    get("web");
    assertThat(get("app")).isEqualTo("ASIA2");
  }

  @Test
  void credentialsOfAFallbackAreFreshForMinutesOnly() {
    Session session = TargetFixtures.webIdentity(Optional.empty(), Optional.of(session("app")));
    CredentialsCache falling = withFallbacks();
    assertThat(take(falling, session).fallback()).isTrue();
    clock.advance(Duration.ofMinutes(2).minusSeconds(1));
    take(falling, session);
    assertThat(calls).containsEntry(session, 1);
    clock.advance(Duration.ofMinutes(2).plusSeconds(1));
    take(falling, session);
    assertThat(calls).containsEntry(session, 2).containsEntry(session("app"), 1);
  }

  @Test
  void fallbackThatManySessionsShareIsIssuedOnce() {
    CredentialsCache falling = withFallbacks();
    Session one = TargetFixtures.webIdentity(Optional.empty(), Optional.of(session("app")));
    Session other = TargetFixtures.podIdentity(Optional.of(session("app")));
    assertThat(take(falling, one).accessKeyId()).isEqualTo("ASIA1");
    assertThat(take(falling, other).accessKeyId()).isEqualTo("ASIA1");
    assertThat(calls).containsEntry(session("app"), 1);
  }

  @Test
  void fallbacksOfWantedSessionsAreKept() {
    CredentialsCache falling = withFallbacks();
    Session session = TargetFixtures.webIdentity(Optional.empty(), Optional.of(session("app")));
    take(falling, session);
    take(falling, session("web"));
    falling.keepOnly(session::equals);
    assertThat(falling.size()).isEqualTo(2);
    falling.keepOnly(_ -> false);
    assertThat(falling.size()).isZero();
  }

  @Test
  void failureOfTheFallbackIsToldAsItIs() {
    failure = new IssueException(Reason.STS_THROTTLED, "slower");
    Session session = TargetFixtures.webIdentity(Optional.empty(), Optional.of(session("app")));
    CredentialsCache falling = withFallbacks();
    assertThatThrownBy(() -> take(falling, session))
        .cause()
        .isInstanceOfSatisfying(
            IssueException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STS_THROTTLED));
  }

  /** Whatever is not of kiam falls back, at once and on the caller's thread. */
  private CredentialsCache withFallbacks() {
    return CredentialsCache.withFallbacks(
        cached ->
            session -> {
              if (session.mechanism().fallback().isEmpty()) {
                return issue(session);
              }
              calls.merge(session, 1, Integer::sum);
              return cached.issue(session.mechanism().fallback().get()).asFallback();
            },
        Runnable::run,
        clock,
        new Random(1));
  }

  private static Credentials take(CredentialsCache from, Session session) {
    return from.get(session).join();
  }
}
