package io.iambridge.server.targets;

import static io.iambridge.server.testing.TargetFixtures.KIAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.testing.TargetFixtures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MigratingIssuerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Session WITH_FALLBACK =
      TargetFixtures.webIdentity(Optional.empty(), Optional.of(KIAM));
  private static final Session WITHOUT =
      TargetFixtures.webIdentity(Optional.empty(), Optional.empty());

  private final FakeClock clock = new FakeClock();
  private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile @Nullable TargetException failing;
  private volatile @Nullable IssueException kiamFailing;
  private final MigratingIssuer issuer = issuer(this::target, PATIENCE);

  @AfterEach
  void stop() {
    tasks.shutdownNow();
  }

  private MigratingIssuer issuer(TargetIssuer target, Duration patience) {
    return new MigratingIssuer(
        session -> kiam("kiam", session),
        session -> kiam("cache", session),
        target,
        (session, finding, words) -> heard.add(session.id() + " " + finding + " " + words),
        tasks,
        clock,
        patience);
  }

  private Credentials kiam(String by, Session session) throws IssueException {
    asked.add(by);
    if (kiamFailing != null) {
      throw kiamFailing;
    }
    return credentials(session.mechanism().kind());
  }

  private Credentials target(Session session) throws TargetException {
    asked.add("target");
    if (failing != null) {
      throw failing;
    }
    return credentials(session.mechanism().kind());
  }

  private Credentials credentials(Mechanism.Kind kind) {
    return new Credentials(
        "ASIA1",
        "secret",
        "token",
        clock.instant(),
        clock.instant().plusSeconds(3600),
        "request",
        kind,
        /* fallback= */ false);
  }

  @Test
  void serverAssumesItselfWhatHasNoOtherMechanism() throws Exception {
    assertThat(issuer.issue(KIAM).mechanism()).isEqualTo(Mechanism.Kind.ASSUME_ROLE);
    assertThat(asked).containsExactly("kiam");
  }

  @Test
  void targetThatWorksIsTakenAndNobodyHears() throws Exception {
    Credentials credentials = issuer.issue(WITH_FALLBACK);
    assertThat(credentials.mechanism()).isEqualTo(Mechanism.Kind.WEB_IDENTITY);
    assertThat(credentials.fallback()).isFalse();
    assertThat(asked).containsExactly("target");
    assertThat(heard).isEmpty();
  }

  @Test
  void targetThatFailsIsFallenBackFromLoudly() throws Exception {
    failing = new TargetException(Finding.NO_OIDC_PROVIDER, "No OpenIDConnect provider found");
    Credentials credentials = issuer.issue(WITH_FALLBACK);
    assertThat(credentials.mechanism()).isEqualTo(Mechanism.Kind.ASSUME_ROLE);
    assertThat(credentials.fallback()).isTrue();
    assertThat(asked).containsExactly("target", "cache");
    assertThat(heard)
        .containsExactly(WITH_FALLBACK.id() + " NO_OIDC_PROVIDER No OpenIDConnect provider found");
  }

  @ParameterizedTest
  @EnumSource
  void renewalThatFailsKeepsCredentialsOfTheTargetUnlessTheReasonLasts(Finding finding)
      throws Exception {
    Credentials living = issuer.issue(WITH_FALLBACK);
    failing = new TargetException(finding, "no");
    if (finding == Finding.THROTTLED || finding == Finding.UNREACHABLE) {
      IssueException failure =
          catchThrowableOfType(IssueException.class, () -> issuer.renew(WITH_FALLBACK, living));
      assertThat(failure.permanent()).as("asked again soon").isFalse();
      assertThat(heard).isEmpty();
      failing = null;
      assertThat(issuer.renew(WITH_FALLBACK, living).fallback()).as("not passed over").isFalse();
    } else {
      assertThat(issuer.renew(WITH_FALLBACK, living).fallback()).isTrue();
      assertThat(heard).hasSize(1);
    }
  }

  @Test
  void renewalFallsBackForAPassingReasonTooWhenLittleOrNothingOfTheTargetIsLeft() throws Exception {
    Credentials living = issuer.issue(WITH_FALLBACK);
    failing = new TargetException(Finding.UNREACHABLE, "no");
    assertThat(issuer.renew(WITH_FALLBACK, living.asFallback()).fallback()).isTrue();
    clock.advance(living.lifetime().minus(MigratingIssuer.ENOUGH));
    assertThat(issuer.renew(WITH_FALLBACK, living).fallback()).isTrue();
    assertThat(heard).hasSize(2);
  }

  @Test
  void withoutAFallbackTheReasonIsTold() {
    failing = new TargetException(Finding.WRONG_AUDIENCE, "Incorrect token audience");
    IssueException failure =
        catchThrowableOfType(IssueException.class, () -> issuer.issue(WITHOUT));
    assertThat(failure.reason()).isEqualTo(Reason.WEB_IDENTITY_REJECTED);
    assertThat(failure).hasMessageContaining("Incorrect token audience");
    assertThat(asked).containsExactly("target");
    assertThat(heard).isEmpty();
  }

  @Test
  void targetThatFailedIsPassedOverForAMoment() {
    failing = new TargetException(Finding.TRUST_DENIES_SUBJECT, "no");
    kiamFailing = new IssueException(Reason.STS_THROTTLED, "slower");
    IssueException failure =
        catchThrowableOfType(IssueException.class, () -> issuer.issue(WITH_FALLBACK));
    assertThat(failure.reason()).isEqualTo(Reason.STS_THROTTLED);
    assertThat(failure)
        .hasMessageContaining("slower; tried because ")
        .hasMessageContaining("trust-denies-subject: no");
    assertThat(catchThrowable(() -> issuer.issue(WITH_FALLBACK)))
        .isInstanceOf(IssueException.class);
    assertThat(asked).containsExactly("target", "cache", "cache");
    assertThat(heard).hasSize(1);

    clock.advance(MigratingIssuer.PASS_OVER);
    assertThat(catchThrowable(() -> issuer.issue(WITH_FALLBACK)))
        .isInstanceOf(IssueException.class);
    assertThat(asked).endsWith("cache", "target", "cache");
    assertThat(heard).hasSize(2);
  }

  @Test
  void slowTargetIsLeftForItsFallback() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    MigratingIssuer slow =
        issuer(
            _ -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              throw new TargetException(Finding.UNREACHABLE, "given up");
            },
            Duration.ofMillis(20));
    assertThat(slow.issue(WITH_FALLBACK).fallback()).isTrue();
    assertThat(heard).containsExactly(WITH_FALLBACK.id() + " UNREACHABLE no answer within 20 ms");
    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void bugInATargetDoesNotCostThePodItsCredentials() throws Exception {
    MigratingIssuer broken =
        issuer(
            _ -> {
              throw new IllegalStateException("a bug");
            },
            PATIENCE);
    assertThat(broken.issue(WITH_FALLBACK).fallback()).isTrue();
  }

  @Test
  void stoppingServerStillAnswers() throws Exception {
    tasks.shutdown();
    assertThat(issuer.issue(WITH_FALLBACK).fallback()).isTrue();
  }
}
