package io.iambridge.common.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.StartException;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AdminEndpointTest {
  private Optional<String> notLive = Optional.empty();
  private Optional<String> notReady = Optional.empty();

  private final PrometheusRegistry metrics = new PrometheusRegistry();
  private final HttpClient client = HttpClient.newHttpClient();
  private final AdminEndpoint endpoint =
      AdminEndpoint.start(
          HostPort.parse("127.0.0.1:0"),
          new Health() {
            @Override
            public Optional<String> notLive() {
              return notLive;
            }

            @Override
            public Optional<String> notReady() {
              return notReady;
            }
          },
          metrics);

  @AfterEach
  void stop() {
    client.close();
    endpoint.close();
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(5))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void probesAnswerOkOrTheReason() throws Exception {
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/readyz").body()).isEqualTo("ok\n");
    notReady = Optional.of("no snapshot yet");
    assertThat(send("GET", "/readyz").statusCode()).isEqualTo(503);
    assertThat(send("GET", "/readyz").body()).isEqualTo("no snapshot yet\n");
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
    notLive = Optional.of("stuck");
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(503);
  }

  @Test
  void metricsAreServedInPrometheusText() throws Exception {
    Counter.builder().name("demo_total").help("d").register(metrics).inc();
    HttpResponse<String> answer = send("GET", "/metrics");
    assertThat(answer.body()).contains("demo_total 1.0");
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
  }

  @Test
  void connectionsThatAskHalfAQuestionHoldUpNoProbe() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
        slow.add(socket);
        socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nX-".getBytes(US_ASCII));
      }
      assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void connectionThatNeverAsksItsWholeQuestionEnds() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
      socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nX-".getBytes(US_ASCII));
      socket.setSoTimeout(30_000);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void nothingElseIsServed() throws Exception {
    assertThat(send("GET", "/").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/metrics/x").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/metrics").statusCode()).isEqualTo(405);
  }

  @Test
  void aTakenPortIsOneLineThatNamesPortAndFlag() throws IOException {
    HostPort taken = new HostPort("127.0.0.1", endpoint.port());
    assertThatThrownBy(() ->
            AdminEndpoint.start(
                taken,
                new Health() {
                  @Override
                  public Optional<String> notLive() {
                    return Optional.empty();
                  }

                  @Override
                  public Optional<String> notReady() {
                    return Optional.empty();
                  }
                },
                metrics))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(taken + " (--admin-address)");
  }
}
