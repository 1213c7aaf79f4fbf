package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private final Readiness readiness = new Readiness();

  @Test
  void readyOnceTheClusterHasBeenSeen() {
    assertThat(readiness.notReady()).isPresent();
    readiness.ready();
    assertThat(readiness.notReady()).isEmpty();
  }

  @Test
  void aServerThatShutsDownDoesNotBecomeReadyAgain() {
    readiness.draining();
    readiness.ready();
    assertThat(readiness.notReady()).contains("shutting down");
  }

  @Test
  void outOfTouchItIsNotReadyUntilItIsBack() {
    readiness.ready();
    assertThat(readiness.outOfTouch(Optional.of("no pods"))).isTrue();
    assertThat(readiness.notReady().orElseThrow()).contains("no pods");
    assertThat(readiness.outOfTouch(Optional.of("no pods still"))).as("no news").isFalse();
    assertThat(readiness.outOfTouch(Optional.empty())).isTrue();
    assertThat(readiness.notReady()).isEmpty();
  }

  @Test
  void touchMakesNobodyReadyBeforeItsTimeOrAfter() {
    assertThat(readiness.outOfTouch(Optional.empty())).isFalse();
    assertThat(readiness.notReady()).isPresent();
    readiness.draining();
    assertThat(readiness.outOfTouch(Optional.empty())).isFalse();
    assertThat(readiness.notReady()).contains("shutting down");
  }
}
