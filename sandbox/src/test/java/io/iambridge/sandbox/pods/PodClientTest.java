package io.iambridge.sandbox.pods;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PodClientTest {

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final PodClient pod;

  PodClientTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    pod = new PodClient(InetAddress.ofLiteral("127.0.0.77"), server.getAddress());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void asksFromItsOwnAddressAsAnSdkWould() throws IOException {
    pod.token(300);
    pod.roles(Optional.of("t"));
    PodAnswer answer = pod.credentials("reader", Optional.empty());

    assertThat(seen)
        .containsExactly(
            "127.0.0.77 PUT /latest/api/token ttl=300 token=null",
            "127.0.0.77 GET /latest/meta-data/iam/security-credentials/ ttl=null token=t",
            "127.0.0.77 GET /latest/meta-data/iam/security-credentials/reader ttl=null token=null");
    assertThat(answer.status()).isEqualTo(203);
    assertThat(answer.body()).isEqualTo("grün");
    assertThat(answer.header("x-kind")).contains("test");
    assertThat(answer.toString()).doesNotContain("grün");
  }

  @Test
  void brokenBytesGoOutAsTheyAre() throws IOException {
    assertThat(new String(pod.exchange("NONSENSE\r\n\r\n".getBytes(UTF_8)), UTF_8))
        .contains("400 Bad Request");
  }

  @Test
  void refusedConnectionIsAnException() {
    server.stop(0);

    assertThatIOException().isThrownBy(() -> pod.token(300));
  }

  private void answer(HttpExchange exchange) throws IOException {
    seen.add(
        "%s %s %s ttl=%s token=%s"
            .formatted(
                exchange.getRemoteAddress().getAddress().getHostAddress(),
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token-ttl-seconds"),
                exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token")));
    exchange.getResponseHeaders().set("X-Kind", "test");
    byte[] body = "grün".getBytes(UTF_8);
    exchange.sendResponseHeaders(203, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
