package io.iambridge.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How fast one caller may ask, in time that is moved by hand. */
class CallerRateTest {
  private static final byte[] GET = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final AgentMetrics metrics = new PrometheusAgentMetrics(new PrometheusRegistry(), "test");
  private int served;

  private HttpService limited(int rate, int burst) {
    return PacedService.of(
        exchange -> {
          served++;
          exchange.respond(Route.OTHER, Response.text(200, "here").build());
        },
        new CallerLimits(/* maxConnections= */ 10, rate, burst),
        ticker::nanoTime,
        metrics);
  }

  private static int answers(String received, int status) {
    return received.split("HTTP/1.1 " + status + " ", -1).length - 1;
  }

  @Test
  void whoAsksTooFastIsTold429AndMayAskAgainOnTheSameConnection() {
    try (EmbeddedConnection connection = new EmbeddedConnection(limited(2, 3))) {
      for (int i = 0; i < 5; i++) {
        connection.send(GET);
      }
      assertThat(served).isEqualTo(3);
      assertThat(answers(connection.received(), 429)).isEqualTo(2);
      assertThat(connection.received())
          .contains("Retry-After: 1\r\n")
          .endsWith("too many requests from this address");
      ticker.advance(1, TimeUnit.SECONDS);
      connection.send(GET).send(GET).send(GET);
      assertThat(served).isEqualTo(5);
      assertThat(answers(connection.received(), 429)).isEqualTo(3);
    }
  }

  @Test
  void connectionsOfOneAddressShareItsRate() {
    HttpService service = limited(2, 3);
    for (int i = 0; i < 10; i++) {
      try (EmbeddedConnection connection = new EmbeddedConnection(service)) {
        connection.send(GET);
      }
    }
    assertThat(served).isEqualTo(3);
  }

  @Test
  void zeroIsNoLimit() {
    try (EmbeddedConnection connection = new EmbeddedConnection(limited(0, 1))) {
      for (int i = 0; i < 1_000; i++) {
        connection.send(GET);
      }
    }
    assertThat(served).isEqualTo(1_000);
  }
}
