package io.iambridge.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ServerTimeTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  private final FakeClock node = new FakeClock();
  private final Instant start = node.instant();
  private long nanos = 42;
  private final ServerTime time = new ServerTime(node, () -> nanos);

  private void pass(Duration duration) {
    nanos += duration.toNanos();
  }

  @Test
  void isTheNodesUntilAServerHasSpoken() {
    pass(Duration.ofSeconds(3));
    assertThat(time.instant()).isEqualTo(start.plusSeconds(3));
  }

  @Test
  void isTheServersWhereTheNodeIsTenMinutesOffEitherWay() {
    for (Duration off : new Duration[] {TEN_MINUTES, TEN_MINUTES.negated()}) {
      time.told(start.plus(off));
      assertThat(time.instant()).isEqualTo(start.plus(off));
    }
    pass(Duration.ofHours(1));
    assertThat(time.instant()).isEqualTo(start.minus(TEN_MINUTES).plus(Duration.ofHours(1)));
  }

  @Test
  void settingTheNodesClockChangesNothing() {
    node.set(start.plus(Duration.ofDays(1)));
    assertThat(time.instant()).isEqualTo(start);
    node.set(start.minus(Duration.ofDays(1)));
    assertThat(time.instant()).isEqualTo(start);
  }

  @Test
  void anAnswersWayIsNoDifference() {
    time.told(start.minusMillis(300));
    time.told(start.plus(ServerTime.TOLERANCE));
    assertThat(time.instant()).isEqualTo(start);
  }
}
