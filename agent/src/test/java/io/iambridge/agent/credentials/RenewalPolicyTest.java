package io.iambridge.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.proto.v1.Mechanism;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenewalPolicyTest {
  private static final Instant ISSUED = Instant.parse("2026-11-22T06:00:00Z");
  private final RenewalPolicy policy = new RenewalPolicy();

  private static Credentials living(Duration lifetime) {
    return new Credentials("id", "secret", "token", ISSUED, ISSUED.plus(lifetime));
  }

  @ParameterizedTest
  @CsvSource({"PT1H, PT30M, PT25M48S", "PT15M, PT7M30S, PT6M27S", "PT12H, PT6H, PT5H9M36S"})
  void renewsBetweenHalfAnd43PercentLeft(Duration lifetime, Duration most, Duration least) {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      Instant at = policy.renewAt(living(lifetime), ISSUED, random);
      assertThat(Duration.between(at, ISSUED.plus(lifetime))).isBetween(least, most);
    }
  }

  @Test
  void credentialsOfAFallbackAreAskedForAgainAfterMinutes() {
    Credentials fallback =
        new Credentials(
            "id",
            "secret",
            "token",
            ISSUED,
            ISSUED.plus(Duration.ofHours(1)),
            Mechanism.ASSUME_ROLE,
            /* fallback= */ true);
    Instant came = ISSUED.plus(Duration.ofMinutes(10));
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      Duration kept = Duration.between(came, policy.renewAt(fallback, came, random));
      assertThat(kept).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
    }
    Instant late = ISSUED.plus(Duration.ofMinutes(33));
    assertThat(policy.renewAt(fallback, late, random))
        .isBefore(ISSUED.plus(Duration.ofMinutes(35)));
  }

  @ParameterizedTest
  @CsvSource({"PT12H, PT25M", "PT2H, PT25M", "PT1H, PT24M", "PT15M, PT6M"})
  void floorIs25MinutesButNeverMoreThan40PercentOfTheLife(Duration lifetime, Duration left) {
    assertThat(policy.floor(living(lifetime))).isEqualTo(ISSUED.plus(lifetime).minus(left));
  }

  @Test
  void credentialsAreUsableUntilTheyExpire() {
    Credentials credentials = living(Duration.ofHours(1));
    assertThat(policy.usable(credentials, credentials.expiration().minusNanos(1))).isTrue();
    assertThat(policy.usable(credentials, credentials.expiration())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 500, 1000",
    "2, 1000, 2000",
    "6, 16000, 32000",
    "7, 30000, 60000",
    "99, 30000, 60000"
  })
  void retriesWaitLongerAndLongerAndNeverNotAtAll(int failures, long least, long most) {
    Random random = new Random(2);
    for (int i = 0; i < 1_000; i++) {
      assertThat(policy.retryDelay(failures, random).toMillis()).isBetween(least, most);
    }
  }
}
