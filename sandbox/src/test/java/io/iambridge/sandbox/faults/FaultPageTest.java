package io.iambridge.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.faults.Fault.Newcomers;
import io.iambridge.sandbox.sts.Calls.AssumeRoleCall;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FaultPageTest {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 22);
  private static final Instant START = Instant.parse("2026-11-22T06:00:00Z");

  private static Result result(int requests, int failed, Optional<Duration> servedAfter) {
    Tally tally = new Tally();
    for (int i = 0; i < requests; i++) {
      tally.add(
          new Answer(i < failed ? Optional.of("503 no") : Optional.empty(), 200, Optional.empty()),
          /* again= */ 0);
    }
    Fault fault =
        new Fault(
            "STS | slow",
            Duration.ofSeconds(15),
            Newcomers.TOLD_503_UNTIL_THE_END,
            () -> {},
            () -> {});
    StsLoad load =
        StsLoad.of(
            List.of(
                new AssumeRoleCall("a", START),
                new AssumeRoleCall("b", START.plusMillis(999)),
                new AssumeRoleCall("c", START.plusSeconds(1))));
    return new Result(
        fault,
        Duration.ofSeconds(15),
        tally,
        Map.of("503 later", 7),
        /* newcomers= */ 3,
        /* servedDuring= */ 0,
        servedAfter,
        load,
        load,
        Duration.ofSeconds(12),
        /* sessions= */ 16);
  }

  private static String page(LocalDate day, int requests, int failed) {
    return FaultPage.of(
        day, List.of(result(requests, failed, Optional.of(Duration.ofMillis(1_234)))));
  }

  @Test
  void aRowSaysWhatWasCounted() {
    assertThat(page(DAY, 900, 0))
        .contains("of 2026-11-22.")
        .contains(
            "| STS \\| slow | 15 s | 900 | 0 | 0 | 0 of 3 | 1234 ms | 7 × 503 later | 3 | 3 in 12 s | 1 | 2 |\n");
    assertThat(FaultPage.of(DAY, List.of(result(1, 0, Optional.empty())))).contains("**never**");
  }

  @Test
  void otherFiguresAreNoNewsAndAFailureIs() {
    String essence = FaultPage.essence(page(DAY, 900, 0));
    assertThat(FaultPage.essence(page(DAY.plusDays(1), 871, 0))).isEqualTo(essence);
    assertThat(FaultPage.essence(page(DAY, 900, 1))).isNotEqualTo(essence);
    assertThat(FaultPage.essence(FaultPage.of(DAY, List.of()))).isNotEqualTo(essence);
  }
}
