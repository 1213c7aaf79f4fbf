package io.iambridge.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.agent.testing.RawHttp;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One caller cannot starve the others of its node, nor is it served what we do not do. */
class ConnectionQuotaTest {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<RawHttp> open = new ArrayList<>();
  private HttpListener listener;

  @BeforeEach
  void listen() throws IOException {
    listener =
        HttpListener.start(
            group,
            NioServerSocketChannel.class,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new CallerLimits(/* maxConnections= */ 10_000, /* rate= */ 0, /* burst= */ 1),
            exchange -> exchange.respond(Route.OTHER, Response.text(200, "here").build()),
            new PrometheusAgentMetrics(new PrometheusRegistry(), "test"),
            Ticker.systemTicker());
  }

  @AfterEach
  void stop() throws IOException {
    for (RawHttp http : open) {
      http.close();
    }
    listener.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private String raw(String from, String bytes) throws IOException {
    try (RawHttp http = RawHttp.connect(from, "127.0.0.1", listener.port())) {
      return http.send(bytes).readToEnd();
    }
  }

  @Test
  void oneAddressHasABoundedNumberOfConnections() throws IOException {
    for (int i = 0; i < Limits.CONNECTIONS_PER_ADDRESS; i++) {
      RawHttp http = RawHttp.connect("127.0.0.2", "127.0.0.1", listener.port());
      open.add(http);
      assertThat(http.request("GET", "/").status()).isEqualTo(200);
    }
    assertThat(raw("127.0.0.2", "")).isEmpty();
    assertThat(raw("127.0.0.3", "GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    open.getFirst().close();
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> !raw("127.0.0.2", "GET / HTTP/1.0\r\n\r\n").isEmpty());
  }

  @Test
  void expectationsFail() throws IOException {
    assertThat(
            raw("127.0.0.2", "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"))
        .startsWith("HTTP/1.1 417 Expectation Failed\r\n")
        .contains("Connection: close\r\n");
  }
}
