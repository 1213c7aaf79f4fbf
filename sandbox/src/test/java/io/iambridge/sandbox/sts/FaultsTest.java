package io.iambridge.sandbox.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;

class FaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final StsFixture fixture = new StsFixture();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void stop() {
    fixture.close();
    threads.shutdownNow();
  }

  @Test
  void throttlingIsSeenAsRetryable() {
    fixture.sts.faults().throttleNext(1);
    try (StsClient once = fixture.asServer()) {
      assertThatThrownBy(once::getCallerIdentity)
          .isInstanceOfSatisfying(
              StsException.class,
              e -> {
                assertThat(e.isThrottlingException()).isTrue();
                assertThat(e.statusCode()).isEqualTo(400);
                assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("Rate exceeded");
              });
    }

    fixture.sts.faults().throttleNext(2);
    try (StsClient retrying = fixture.retryingClient()) {
      assertThat(retrying.getCallerIdentity().arn()).isEqualTo(StsFixture.USER);
    }
    assertThat(fixture.sts.calls().errors("Throttling")).isEqualTo(3);
    assertThat(fixture.sts.calls().received("GetCallerIdentity")).isEqualTo(4);
  }

  @Test
  void sessionsEndEarlyWhereThatIsWanted() {
    fixture.sts.faults().limitSessions(Duration.ofMinutes(1));
    fixture.sts.faults().clear();
    Instant before = fixture.clock.instant();
    Instant end = fixture.assume(StsFixture.ROLE).expiration();
    assertThat(end).isBetween(before.plusSeconds(59), before.plusSeconds(90));
    assertThat(fixture.sts.calls().assumeRoleSince(before)).hasSize(1);
    assertThat(fixture.sts.calls().assumeRoleSince(before.plusSeconds(90))).isEmpty();
  }

  @Test
  void requestsAboveTheRateAreThrottled() {
    fixture.sts.faults().throttleAbove(0);
    try (StsClient client = fixture.asServer()) {
      assertThatThrownBy(client::getCallerIdentity)
          .isInstanceOfSatisfying(
              StsException.class, e -> assertThat(e.isThrottlingException()).isTrue());
      fixture.sts.faults().throttleAbove(1_000);
      assertThat(client.getCallerIdentity().arn()).isEqualTo(StsFixture.USER);
    }
  }

  @Test
  void failuresAreOurs() {
    fixture.sts.faults().failNext(1);
    try (StsClient client = fixture.asServer()) {
      assertThatThrownBy(client::getCallerIdentity)
          .isInstanceOfSatisfying(
              StsException.class,
              e -> {
                assertThat(e.statusCode()).isEqualTo(500);
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InternalFailure");
              });
      assertThat(client.getCallerIdentity().arn()).isEqualTo(StsFixture.USER);
    }
  }

  @Test
  void deniedRoleIsDeniedUntilCleared() {
    fixture.sts.faults().denyRole(StsFixture.ROLE);

    assertThatThrownBy(() -> fixture.assume(StsFixture.ROLE))
        .isInstanceOfSatisfying(StsException.class, e -> assertThat(e.statusCode()).isEqualTo(403));
    fixture.sts.faults().clear();

    Credentials credentials = fixture.assume(StsFixture.ROLE);
    assertThat(credentials.accessKeyId()).startsWith("ASIA");
    assertThat(fixture.sts.calls().assumeRole(StsFixture.ROLE)).isEqualTo(2);
    assertThat(fixture.sts.calls().errors("AccessDenied")).isEqualTo(1);
  }

  @Test
  void hangingRequestsGoOnWhenCleared() {
    fixture.sts.faults().hang();
    try (StsClient client = fixture.asServer()) {
      CompletableFuture<GetCallerIdentityResponse> answer =
          CompletableFuture.supplyAsync(client::getCallerIdentity, threads);
      await().atMost(PATIENCE).until(() -> fixture.sts.calls().received("GetCallerIdentity") == 1);
      assertThat(answer).isNotDone();

      fixture.sts.faults().clear();

      assertThat(answer.join().arn()).isEqualTo(StsFixture.USER);
    }
  }

  @Test
  void aThousandCallersAtOnceAreAllAnsweredAndCounted() {
    Credentials pod = fixture.assume(StsFixture.ROLE);
    try (StsClient client = fixture.as(pod)) {
      fixture.sts.faults().hang();
      List<CompletableFuture<GetCallerIdentityResponse>> answers =
          Stream.generate(() -> CompletableFuture.supplyAsync(client::getCallerIdentity, threads))
              .limit(1_000)
              .toList();

      // Held, so that some really are under way together.
      await().atMost(PATIENCE).until(() -> fixture.sts.calls().received("GetCallerIdentity") >= 2);
      fixture.sts.faults().clear();

      assertThat(answers)
          .allSatisfy(answer -> assertThat(answer.join().account()).isEqualTo("111122223333"));
    }
    assertThat(fixture.sts.calls().received("GetCallerIdentity")).isEqualTo(1_000);
    assertThat(fixture.sts.calls().mostAtOnce()).isGreaterThan(1);
  }

  @Test
  void latencyIsAddedToEveryAnswer() {
    fixture.sts.faults().delay(Duration.ofMillis(150));
    try (StsClient client = fixture.asServer()) {
      long start = System.nanoTime();
      client.getCallerIdentity();

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }
  }

  @Test
  void connectionIsRefusedWhileDown() throws IOException {
    try (StsClient client = fixture.asServer()) {
      client.getCallerIdentity();
      fixture.sts.goDown();

      assertThatThrownBy(client::getCallerIdentity).isInstanceOf(SdkClientException.class);
      fixture.sts.comeBack();

      assertThat(client.getCallerIdentity().arn()).isEqualTo(StsFixture.USER);
    }
  }

  @Test
  void closingDoesNotWaitForHangingRequests() {
    fixture.sts.faults().hang();
    try (StsClient client = fixture.asServer()) {
      CompletableFuture<GetCallerIdentityResponse> answer =
          CompletableFuture.supplyAsync(client::getCallerIdentity, threads);
      await().atMost(PATIENCE).until(() -> fixture.sts.calls().received("GetCallerIdentity") == 1);

      fixture.sts.close();

      await().atMost(PATIENCE).until(answer::isDone);
    }
  }
}
