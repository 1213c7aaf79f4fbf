package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;

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
}
