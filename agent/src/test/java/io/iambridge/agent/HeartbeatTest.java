package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private final FakeClock clock = new FakeClock();
  private final Instant start = clock.instant();
  private final ManualScheduler state = new ManualScheduler(clock);
  private final Heartbeat heartbeat =
      new Heartbeat(state, () -> Duration.between(start, clock.instant()).toNanos());

  @Test
  void threadThatWorksIsAlive() {
    for (int i = 0; i < 100; i++) {
      state.advance(Duration.ofSeconds(7));
      assertThat(heartbeat.silence()).isEmpty();
    }
  }

  @Test
  void threadThatHangsIsReportedAfter30SecondsAndForgivenWhenItGoesOn() {
    state.advance(Heartbeat.INTERVAL);
    clock.advance(Heartbeat.LONGEST_SILENCE.minusMillis(1));
    assertThat(heartbeat.silence()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(heartbeat.silence()).contains("the state thread has done nothing for 30 s");
    state.runDue();
    assertThat(heartbeat.silence()).isEmpty();
  }
}
