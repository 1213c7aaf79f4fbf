package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.common.testing.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand connections to the packaged agent: in a process of its own, so that each side has
 * its file descriptors. The agent has no server here; {@code /ping} takes the way of every request.
 */
final class ManyConnectionsLabIT {
  private static final int CONNECTIONS = 10_000;
  private static final int ADDRESSES = 20;
  private static final long MOST_DIRECT_MEMORY = 64 << 20;
  private static final int OTHERS = 50;

  /** The least patient SDKs give up after it. */
  private static final Duration SDK_PATIENCE = Duration.ofSeconds(1);

  private static final int MOST_LATE = 1;
  private static final int NEVER_TAKEN_MILLIS = 5_000;
  private static final int PORT = 8181;
  private static final int ADMIN_PORT = 9620;
  private static final InetSocketAddress AGENT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT);

  @TempDir private Path dir;

  private final List<SocketChannel> open = new ArrayList<>();
  private final HttpClient admin = HttpClient.newHttpClient();

  @AfterEach
  void close() throws IOException {
    for (SocketChannel channel : open) {
      channel.close();
    }
    admin.shutdownNow();
  }

  private AgentProcess start(int maxConnections) throws IOException {
    Certificates.Pem pem = Certificates.authority(dir, "ca").client("agent");
    AgentProcess agent =
        AgentProcess.start(
            List.of(
                "--listen-address=127.0.0.1",
                "--port=" + PORT,
                "--admin-address=127.0.0.1:" + ADMIN_PORT,
                "--server-address=127.0.0.1:1",
                "--node-name=node-1",
                "--state-dir=" + dir,
                "--max-connections=" + maxConnections,
                "--cert=" + pem.certificate(),
                "--key=" + pem.key(),
                "--ca=" + pem.ca()));
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> metric("iambridge_agent_connections") == 0);
    return agent;
  }

  private double metric(String name) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + ADMIN_PORT + "/metrics");
    String all = admin.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    Matcher line =
        Pattern.compile("^" + Pattern.quote(name) + " (\\S+)$", Pattern.MULTILINE).matcher(all);
    assertThat(line.find()).as(name).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private SocketChannel connect(String from) throws IOException {
    SocketChannel channel = SocketChannel.open();
    open.add(channel);
    channel.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    channel.connect(AGENT);
    return channel;
  }

  /** Every second one begins a request that it never ends. */
  private void crowd() throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      SocketChannel channel = connect("127.0.1." + (1 + i % ADDRESSES));
      if (i % 2 == 0) {
        try {
          channel.write(ascii("GET /ping HTTP/1.1\r\nX-Slow: "));
        } catch (IOException e) {
          // Refused, which the metric tells.
        }
      }
    }
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Callers who have no connection yet: one of them may be late, for the machine is busy, too. */
  private static void assertOthersAreServed() throws IOException {
    List<Duration> late = new ArrayList<>();
    for (int i = 0; i < OTHERS; i++) {
      long start = System.nanoTime();
      assertServed("127.0.2." + (1 + i));
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      if (taken.compareTo(SDK_PATIENCE) > 0) {
        late.add(taken);
      }
    }
    assertThat(late).as("requests that an SDK had given up").hasSizeLessThanOrEqualTo(MOST_LATE);
  }

  private static void assertServed(String from) throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      channel.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      channel.connect(AGENT);
      channel.socket().setSoTimeout(NEVER_TAKEN_MILLIS);
      channel.write(ascii("GET /ping HTTP/1.0\r\n\r\n"));
      assertThat(
              new String(
                  channel.socket().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 200 ")
          .endsWith("pong");
    }
  }

  @Test
  void tenThousandIdleConnectionsAreHeldInBoundedMemoryAndOthersAreServed() throws Exception {
    AgentProcess agent = start(12_000);
    try {
      crowd();
      await().until(() -> metric("iambridge_agent_connections") == CONNECTIONS);
      assertOthersAreServed();
      assertThat(metric("iambridge_agent_connections_refused_total")).isZero();
      assertThat(metric("jvm_buffer_pool_used_bytes{pool=\"direct\"}"))
          .isLessThan(MOST_DIRECT_MEMORY);
      // None of them asks for anything in time.
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> metric("iambridge_agent_connections") == 0);
    } finally {
      agent.stop();
    }
  }

  @Test
  void whereTheyFillTheAgentWhoeverHasNoneStillFindsAPlace() throws Exception {
    AgentProcess agent = start(2_000);
    try {
      crowd();
      await().until(() -> metric("iambridge_agent_connections_refused_total") > 8_000);
      assertThat(metric("iambridge_agent_connections")).isBetween(1_800.0, 1_820.0);
      assertOthersAreServed();
    } finally {
      agent.stop();
    }
  }
}
