package io.iambridge.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.agent.testing.RawHttp;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Callers that mean harm, over real sockets: each ends with an answer or a close, memory has a
 * bound, and a neighbour is answered while it lasts. How long a connection may last is told in
 * {@link ConnectionTimeTest}, in time that is moved by hand.
 */
class HostileCallersTest {
  /** The least patient SDKs give up after it. */
  private static final Duration SDK_PATIENCE = Duration.ofSeconds(1);

  private static final int NEIGHBOURS_REQUESTS = 50;

  /** Of those; the machine has other things to do, too. */
  private static final int MOST_LATE = 1;

  private static final Duration NEVER_TAKEN = Duration.ofSeconds(5);
  private static final int MOST_MEMORY = 32 << 20;
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  private static final int MAX_CONNECTIONS = 2_000;

  /** As large as credentials. */
  private static final Response DOCUMENT = Response.text(200, "x".repeat(1_500)).buildShared();

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
  private final List<AutoCloseable> open = new ArrayList<>();
  private PrometheusRegistry metrics = new PrometheusRegistry();
  private HttpListener listener;
  private long memoryBefore;

  @BeforeEach
  void listen() throws IOException {
    memoryBefore = memory();
    // No rate: what is claimed here does not hold because of it.
    listenWithin(new CallerLimits(MAX_CONNECTIONS, /* rate= */ 0, /* burst= */ 1));
  }

  private void listenWithin(CallerLimits limits) throws IOException {
    AgentMetrics agentMetrics = new PrometheusAgentMetrics(metrics, "test");
    listener =
        HttpListener.start(
            group,
            EpollServerSocketChannel.class,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            limits,
            PacedService.of(
                exchange -> exchange.respond(Route.OTHER, DOCUMENT),
                limits,
                Ticker.systemTicker()::nanoTime,
                agentMetrics),
            agentMetrics,
            Ticker.systemTicker());
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable connection : open) {
      connection.close();
    }
    listener.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static long memory() {
    ByteBufAllocatorMetric metric =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  private SocketChannel connect(String from) throws IOException {
    SocketChannel channel = SocketChannel.open();
    open.add(channel);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 1_024);
    channel.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.port()));
    return channel;
  }

  private RawHttp raw(String from) throws IOException {
    RawHttp http = RawHttp.connect(from, "127.0.0.1", listener.port());
    open.add(http);
    return http;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void assertNobodyElseNotices() throws Exception {
    List<Duration> late = new ArrayList<>();
    for (int i = 0; i < NEIGHBOURS_REQUESTS; i++) {
      long start = System.nanoTime();
      try (RawHttp neighbour = RawHttp.connect("127.0.0.9", "127.0.0.1", listener.port())) {
        assertThat(neighbour.request("GET", "/").status()).isEqualTo(200);
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      if (taken.compareTo(SDK_PATIENCE) > 0) {
        late.add(taken);
      }
    }
    assertThat(late)
        .as("requests of a neighbour that an SDK had given up")
        .hasSizeLessThanOrEqualTo(MOST_LATE)
        .allSatisfy(taken -> assertThat(taken).isLessThan(NEVER_TAKEN));
    assertThat(memory() - memoryBefore).isLessThan(MOST_MEMORY);
  }

  @Test
  void aThousandConnectionsThatSayNothingOrNeverFinish() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      SocketChannel idle = connect("127.0.1." + (1 + i % 10));
      if (i % 2 == 0) {
        idle.write(bytes("GET / HTTP/1.1\r\nX-Slow: "));
      }
    }
    assertNobodyElseNotices();
  }

  /** What they have not read is in the kernel's buffers, and no more is taken from them. */
  @Test
  void callersThatAskAndNeverReadAreReadNoMore() throws Exception {
    ByteBuffer requests = bytes(GET.repeat(1_000));
    for (int i = 0; i < 8; i++) {
      SocketChannel greedy = connect("127.0.0.2");
      greedy.configureBlocking(false);
      long sent = 0;
      for (int stalled = 0; stalled < 1_000; ) {
        int now = greedy.write(requests.rewind());
        sent += now;
        stalled = now == 0 ? stalled + 1 : 0;
        assertThat(sent).as("bytes taken without an answer read").isLessThan(64 << 20);
        Thread.onSpinWait();
      }
    }
    assertNobodyElseNotices();
  }

  @Test
  void pipeliningWithoutEnd() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      SocketChannel channel = connect("127.0.0.3");
      callers.add(Thread.ofVirtual().start(() -> pipeline(channel, over)));
      callers.add(Thread.ofVirtual().start(() -> drain(channel)));
    }
    try {
      assertNobodyElseNotices();
    } finally {
      over.set(true);
      for (AutoCloseable channel : open) {
        channel.close();
      }
      for (Thread caller : callers) {
        caller.join();
      }
    }
  }

  private static void pipeline(SocketChannel channel, AtomicBoolean over) {
    ByteBuffer requests = bytes(GET.repeat(100));
    try {
      while (!over.get()) {
        channel.write(requests.rewind());
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private static void drain(SocketChannel channel) {
    ByteBuffer answers = ByteBuffer.allocate(64 << 10);
    try {
      while (channel.read(answers.clear()) >= 0) {
        answers.clear();
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  /** As {@code --caller-rate} and {@code --caller-burst} are by default. */
  @Test
  void pipeliningWithoutEndIsTold429AtTheDefaultRate() throws Exception {
    listener.close();
    metrics = new PrometheusRegistry();
    listenWithin(new CallerLimits(MAX_CONNECTIONS, /* rate= */ 100, /* burst= */ 2_000));
    AtomicBoolean over = new AtomicBoolean();
    SocketChannel channel = connect("127.0.0.3");
    channel.socket().setSoTimeout(30_000);
    Thread caller = Thread.ofVirtual().start(() -> pipeline(channel, over));
    try {
      BufferedReader answers =
          new BufferedReader(
              new InputStreamReader(
                  channel.socket().getInputStream(), StandardCharsets.ISO_8859_1));
      for (int told = 0; told < 100; ) {
        String line = answers.readLine();
        assertThat(line).as("the connection lasts").isNotNull();
        // A body has no end of line of its own.
        told += line.contains("HTTP/1.1 429 ") ? 1 : 0;
      }
    } finally {
      over.set(true);
      channel.close();
      caller.join();
    }
    assertThat(exposed())
        .containsPattern("iambridge_agent_refusals_total\\{reason=\"caller_too_fast\"} [1-9]");
    assertNobodyElseNotices();
  }

  private String exposed() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, metrics.scrape());
    return text.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aHeadWithoutEndIsToldSoAndClosed() throws Exception {
    assertRefusedAtLast("HTTP/1.1 431 ", "GET / HTTP/1.1\r\n", "X-Endless: yes\r\n".repeat(2_000));
    assertRefusedAtLast("HTTP/1.1 431 ", "GET / HTTP/1.1\r\nX: ", "x".repeat(20_000));
    assertRefusedAtLast("HTTP/1.1 414 ", "GET /", "x".repeat(10_000));
    assertRefusedAtLast(
        "HTTP/1.1 413 ",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "3\r\nabc\r\n".repeat(2_000));
    assertNobodyElseNotices();
  }

  private void assertRefusedAtLast(String answer, String start, String more) throws IOException {
    RawHttp endless = raw("127.0.0.4");
    endless.send(start);
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .untilAsserted(
            () -> assertThatThrownBy(() -> endless.send(more)).isInstanceOf(SocketException.class));
    // What was answered before the reset is asked for on another connection.
    RawHttp patient = raw("127.0.0.4");
    assertThat(patient.send(start + more).readToEnd())
        .startsWith(answer)
        .contains("Connection: close\r\n");
  }

  @Test
  void whoHasSaidAllIsAnsweredAndWhoSaysNothingIsClosed() throws Exception {
    SocketChannel asked = connect("127.0.0.5");
    asked.write(bytes(GET + GET));
    asked.shutdownOutput();
    assertThat(readToEnd(asked).split("HTTP/1.1 200 OK", -1)).hasSize(3);
    SocketChannel silent = connect("127.0.0.5");
    silent.shutdownOutput();
    assertThat(readToEnd(silent)).isEmpty();
    SocketChannel half = connect("127.0.0.5");
    half.write(bytes("GET / HTTP/1.1\r\nHost"));
    half.shutdownOutput();
    assertThat(readToEnd(half)).doesNotContain("200 OK");
    assertNobodyElseNotices();
  }

  private static String readToEnd(SocketChannel channel) throws IOException {
    return new String(
        channel.socket().getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }
}
