package io.iambridge.sandbox.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class KeptConnectionTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final List<InetSocketAddress> peers = new ArrayList<>();

  private HttpServer serve(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, port), 0);
    server.createContext(
        "/",
        exchange -> {
          peers.add(exchange.getRemoteAddress());
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("ok".getBytes(ISO_8859_1));
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String ask(KeptConnection connection) throws IOException {
    return new PodClient(connection).get("/", Optional.empty()).body();
  }

  @Test
  void isOneConnectionUntilTheOtherSideClosesIt() throws IOException {
    HttpServer server = serve(0);
    int port = server.getAddress().getPort();
    InetAddress source = InetAddress.ofLiteral("127.0.0.77");
    try (KeptConnection kept = new KeptConnection(source, server.getAddress())) {
      assertThat(ask(kept)).isEqualTo("ok");
      assertThat(ask(kept)).isEqualTo("ok");
      server.stop(0);
      assertThatThrownBy(() -> ask(kept)).isInstanceOf(ConnectException.class);
      server = serve(port);
      assertThat(ask(kept)).isEqualTo("ok");
    } finally {
      server.stop(0);
    }
    assertThat(peers).hasSize(3);
    assertThat(peers.get(1)).isEqualTo(peers.get(0));
    assertThat(peers).allMatch(peer -> peer.getAddress().equals(source));
  }
}
