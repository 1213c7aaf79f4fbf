package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.http.CallerLimits;
import io.iambridge.agent.http.EmbeddedConnection;
import io.iambridge.agent.http.HttpService;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is behind a connection is looked at before anything is answered on it. */
class FirstRequestTest {
  private static final byte[] GET = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final List<String> order = new ArrayList<>();
  private final HttpService service =
      Agent.guarded(
          Optional.of(() -> order.add("look")),
          exchange -> {
            order.add("serve");
            exchange.respond(Route.OTHER, Response.text(200, "here").build());
          },
          new CallerLimits(/* maxConnections= */ 10, /* rate= */ 1, /* burst= */ 1),
          ticker::nanoTime,
          new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  @Test
  void thePeerIsLookedAtOnceForEachConnection() {
    try (EmbeddedConnection connection = new EmbeddedConnection(service)) {
      connection.send(GET);
      ticker.advance(1, TimeUnit.SECONDS);
      connection.send(GET);
    }
    assertThat(order).containsExactly("look", "serve", "serve");
  }

  @Test
  void aFirstRequestThatIsToldToWaitHasItsPeerLookedAtAllTheSame() {
    try (EmbeddedConnection spender = new EmbeddedConnection(service);
        EmbeddedConnection connection = new EmbeddedConnection(service)) {
      spender.send(GET);
      connection.send(GET);
      assertThat(connection.received()).contains("429");
      ticker.advance(1, TimeUnit.SECONDS);
      connection.send(GET);
    }
    assertThat(order).containsExactly("look", "serve", "look", "serve");
  }
}
