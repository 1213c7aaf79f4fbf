package io.iambridge.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of HTTP, to the byte, over real sockets (on NIO, which the other tests do not use). */
class HttpListenerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MAX_CONNECTIONS = 20;
  private static final int RESERVE = 2;
  private static final Response DOCUMENT =
      Response.text(200, "document")
          .lastModified(Instant.parse("2026-11-02T06:00:00Z"))
          .buildShared();
  private static final String HEADERS =
      String.join(
          "\r\n",
          "HTTP/1.1 200 OK",
          "Content-Type: text/plain",
          "Server: EC2ws",
          "Accept-Ranges: none",
          "Content-Length: 8",
          "Last-Modified: Mon, 02 Nov 2026 06:00:00 GMT",
          "");

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final ConcurrentLinkedQueue<Exchange> later = new ConcurrentLinkedQueue<>();
  private HttpListener listener;

  @BeforeEach
  void listen() throws IOException {
    listener =
        HttpListener.start(
            group,
            NioServerSocketChannel.class,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new CallerLimits(MAX_CONNECTIONS, /* rate= */ 0, /* burst= */ 1),
            this::serve,
            new PrometheusAgentMetrics(new PrometheusRegistry(), "test"),
            Ticker.systemTicker());
  }

  @AfterEach
  void stop() {
    listener.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private void serve(Exchange exchange) {
    switch (exchange.target()) {
      case "/later" -> later.add(exchange);
      case "/throw" -> throw new IllegalStateException("a defect");
      case "/document" -> exchange.respond(Route.OTHER, DOCUMENT);
      default -> exchange.respond(Route.OTHER, Response.text(200, exchange.target()).build());
    }
  }

  private RawHttp connect() throws IOException {
    return RawHttp.connect("127.0.0.1", "127.0.0.1", listener.port());
  }

  private String raw(String bytes) throws IOException {
    return raw("127.0.0.1", bytes);
  }

  private String raw(String from, String bytes) throws IOException {
    try (RawHttp http = RawHttp.connect(from, "127.0.0.1", listener.port())) {
      return http.send(bytes).readToEnd();
    }
  }

  @Test
  void responsesAreTheseBytes() throws IOException {
    try (RawHttp http = connect()) {
      Answer answer = http.request("GET", "/document");
      assertThat(answer.head() + answer.body()).isEqualTo(HEADERS + "\r\ndocument");
    }
  }

  @Test
  void connectionCloseIsHonouredAndSaid() throws IOException {
    assertThat(raw("GET /document HTTP/1.1\r\nConnection: close\r\n\r\n"))
        .isEqualTo(HEADERS + "Connection: close\r\n\r\ndocument");
  }

  @Test
  void http10IsAnsweredAndClosed() throws IOException {
    assertThat(raw("GET /document HTTP/1.0\r\n\r\n"))
        .isEqualTo(HEADERS + "Connection: close\r\n\r\ndocument");
    assertThat(raw("HEAD /document HTTP/1.0\r\n\r\n"))
        .isEqualTo(HEADERS + "Connection: close\r\n\r\n");
  }

  @Test
  void responseThatIsWrittenOnceArrivesWholeOnAClosingConnection() throws IOException {
    String head =
        HEADERS
            .replace("Content-Length: 8", "Content-Length: 5")
            .replace("Last-Modified: Mon, 02 Nov 2026 06:00:00 GMT\r\n", "");
    // Again and again: a part that is released too often shows itself at the next use.
    for (int i = 0; i < 20; i++) {
      assertThat(raw("GET /once HTTP/1.1\r\nConnection: close\r\n\r\n"))
          .isEqualTo(head + "Connection: close\r\n\r\n/once");
      assertThat(raw("HEAD /once HTTP/1.1\r\nConnection: close\r\n\r\n"))
          .isEqualTo(head + "Connection: close\r\n\r\n");
      try (RawHttp http = connect()) {
        assertThat(http.request("HEAD", "/once").head()).isEqualTo(head + "\r\n");
        assertThat(http.request("GET", "/once").body()).isEqualTo("/once");
      }
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    try (RawHttp http = connect()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        requests.append("GET /").append(i).append(" HTTP/1.1\r\n\r\n");
      }
      http.send(requests.toString());
      for (int i = 0; i < 500; i++) {
        assertThat(http.read().body()).isEqualTo("/" + i);
      }
    }
  }

  @Test
  void laterRequestWaitsForTheAnswerOfTheOneBefore() throws IOException {
    try (RawHttp http = connect()) {
      http.send("GET /later HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n");
      Awaitility.await().atMost(PATIENCE).until(() -> !later.isEmpty());
      later.remove().respond(Route.OTHER, Response.text(200, "first").build());
      assertThat(http.read().body()).isEqualTo("first");
      assertThat(http.read().body()).isEqualTo("/second");
    }
  }

  @Test
  void requestInManyPiecesIsOneRequest() throws IOException {
    try (RawHttp http = connect()) {
      for (char c : "PUT /pieces HTTP/1.1\r\nContent-Length: 2\r\n\r\nab".toCharArray()) {
        http.send(String.valueOf(c));
      }
      assertThat(http.read().body()).isEqualTo("/pieces");
    }
  }

  @Test
  void bodyIsReadAndIgnoredAlsoInChunks() throws IOException {
    try (RawHttp http = connect()) {
      http.send("PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
      assertThat(http.read().body()).isEqualTo("/a");
      assertThat(http.request("GET", "/b").body()).isEqualTo("/b");
    }
  }

  @Test
  void tooMuchOfAnythingIsRefusedAndCloses() throws IOException {
    String big = "x".repeat(40_000);
    try (RawHttp neighbour = connect()) {
      assertThat(neighbour.request("GET", "/before").body()).isEqualTo("/before");
      assertTooMuchIsRefused(big);
      assertThat(neighbour.request("GET", "/after").body()).isEqualTo("/after");
    }
  }

  private void assertTooMuchIsRefused(String big) throws IOException {
    assertRefused(414, "GET /" + big + " HTTP/1.1\r\n\r\n");
    assertRefused(431, "GET / HTTP/1.1\r\nA: " + big + "\r\n\r\n");
    assertRefused(413, "PUT / HTTP/1.1\r\nContent-Length: 40000\r\n\r\n" + big);
    assertRefused(
        413,
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n" + big + "\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001 hello, this is TLS\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\ncontent-length: 0\r\n\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length:\r\n 1\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length : 1\r\n\r\na",
        "PUT / HTTP/1.1\r\n Content-Length: 1\r\n\r\na",
        "PUT / HTTP/1.1\r\nContent-Length: 1\n\r\na",
        "PUT / HTTP/1.1\r\nA: b\n\na",
        "PUT / HTTP/1.1\r\nA: b\rContent-Length: 1\r\n\r\na",
        "PUT / HTTP/1.1\r\nA: b\u0000c\r\n\r\n",
        "PUT / HTTP/1.1\r\nA\u0000: b\r\n\r\n",
        "PUT / HTTP/1.1\r\nA b: c\r\n\r\n",
        "PUT / HTTP/1.1\r\n: b\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\na\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\na\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\nb\r\na\r\n0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1 x\r\n\r\n",
        "GET / HTTP/1.1\n\n",
        "GET /a b HTTP/1.1\r\n\r\n",
        "G\u0000T / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.9\r\n\r\n",
        "\u0000GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      })
  void brokenRequestsGet400AndClose(String request) throws IOException {
    try (RawHttp neighbour = connect()) {
      assertThat(neighbour.request("GET", "/before").body()).isEqualTo("/before");
      assertRefused(400, request);
      assertThat(neighbour.request("GET", "/after").body()).isEqualTo("/after");
    }
  }

  /** RFC 9112 lets a server take these; whoever reads otherwise reads no other request. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "GET /\u0000 HTTP/1.1\r\n\r\n",
        "GET\t/ HTTP/1.1\r\n\r\n",
        "GET / http/1.1\r\n\r\n",
        " GET / HTTP/1.1\r\n\r\n",
      })
  void oddRequestsAreOneRequest(String request) throws IOException {
    try (RawHttp http = connect()) {
      assertThat(http.send(request).read().status()).isEqualTo(200);
      assertThat(http.request("GET", "/next").body()).isEqualTo("/next");
    }
  }

  @Test
  void otherTransferEncodingsThanChunkedAreRefused() throws IOException {
    for (String encoding :
        List.of("gzip, chunked", "identity", "x", "chunked, chunked", "\"chunked\"")) {
      String answer = raw("PUT / HTTP/1.1\r\nTransfer-Encoding: " + encoding + "\r\n\r\n0\r\n\r\n");
      assertThat(answer).as(encoding).matches("(?s)HTTP/1.1 (400|501) .*Connection: close.*");
    }
  }

  private void assertRefused(int status, String request) throws IOException {
    String answer = raw(request);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("Connection: close\r\n");
    assertThat(answer.split("\r\n\r\n", 2)[1]).isNotEmpty().doesNotContain("\n");
  }

  @Test
  void defectIs500AndNotSilence() throws IOException {
    try (RawHttp http = connect()) {
      assertThat(http.request("GET", "/throw").status()).isEqualTo(500);
    }
  }

  @Test
  void theLastConnectionsAreForCallersWithoutAnyAndMoreAreClosedAtOnce() throws IOException {
    List<RawHttp> open = new ArrayList<>();
    for (int i = 0; i < MAX_CONNECTIONS - RESERVE; i++) {
      open.add(connected("127.0.0.1"));
    }
    assertThat(raw("")).as("has many").isEmpty();
    for (int i = 0; i < RESERVE; i++) {
      RawHttp first = connected("127.0.0." + (2 + i));
      open.add(first);
      assertThat(first.request("GET", "/again").status()).isEqualTo(200);
      assertThat(raw("127.0.0." + (2 + i), "")).as("has one").isEmpty();
    }
    assertThat(raw("127.0.0.9", "")).as("has none, and there are no more").isEmpty();
    for (RawHttp http : open) {
      http.close();
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> !raw("GET / HTTP/1.0\r\n\r\n").isEmpty());
  }

  private RawHttp connected(String from) throws IOException {
    RawHttp http = RawHttp.connect(from, "127.0.0.1", listener.port());
    assertThat(http.request("GET", "/x").status()).isEqualTo(200);
    return http;
  }

  @Test
  void stopLetsTheLastAnswerOut() throws Exception {
    try (RawHttp http = connect();
        RawHttp idle = connect()) {
      http.send("GET /later HTTP/1.1\r\n\r\n");
      Awaitility.await().atMost(PATIENCE).until(() -> !later.isEmpty());
      Thread stopping = Thread.ofVirtual().start(listener::close);
      assertThat(idle.readToEnd()).isEmpty();
      later.remove().respond(Route.OTHER, DOCUMENT);
      assertThat(http.readToEnd()).isEqualTo(HEADERS + "Connection: close\r\n\r\ndocument");
      stopping.join();
    }
  }
}
