package io.iambridge.common.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.StartException;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /healthz}, {@code /readyz} and {@code /metrics} on an address of its own.
 *
 * <p>It runs on the JDK's server and virtual threads, so that no scrape ever waits for, or delays,
 * an answer to a pod.
 */
public final class AdminEndpoint implements Closeable {
  /**
   * More than probes and scrapes ever need; the JDK's server closes what comes beyond it, so that
   * nobody can fill the memory with connections that ask nothing.
   */
  static final int MOST_CONNECTIONS = 256;

  /** Within this time a request has come whole, and its answer has gone, or the connection ends. */
  private static final Duration EXCHANGE_TIME = Duration.ofSeconds(10);

  static {
    // The JDK's server reads a request with a blocking read and, by default, waits for ever. It has
    // no methods for these limits: it reads the properties once, when its first server is made.
    // What the operator set on the command line stays.
    setUnlessSet("sun.net.httpserver.maxReqTime", EXCHANGE_TIME.toSeconds());
    setUnlessSet("sun.net.httpserver.maxRspTime", EXCHANGE_TIME.toSeconds());
    setUnlessSet("jdk.httpserver.maxConnections", MOST_CONNECTIONS);
  }

  private static final int BACKLOG = 64;
  private static final int STOP_DELAY_SECONDS = 0;
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads;

  private AdminEndpoint(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Listens.
   *
   * @throws StartException when the address cannot be listened on
   */
  public static AdminEndpoint start(HostPort address, Health health, PrometheusRegistry metrics) {
    HttpServer server;
    try {
      server = HttpServer.create(address.toListenAddress(), BACKLOG);
    } catch (IOException e) {
      throw new StartException(
          "cannot listen on " + address + " (--admin-address): " + e.getMessage(), e);
    }
    // One for each exchange: a connection that sends its request slowly holds up nobody else.
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());
    server.setExecutor(threads);
    server.createContext("/healthz", probe("/healthz", health::notLive));
    server.createContext("/readyz", probe("/readyz", health::notReady));
    server.createContext("/metrics", exact("/metrics", exchange -> metrics(exchange, metrics)));
    server.createContext("/", exchange -> respond(exchange, 404, TEXT, "not found"));
    server.start();
    return new AdminEndpoint(server, threads);
  }

  private static void setUnlessSet(String property, long value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Long.toString(value));
    }
  }

  /** The port it listens on, which the system chose when 0 was asked for. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(STOP_DELAY_SECONDS);
    threads.shutdownNow();
  }

  private static HttpHandler probe(String path, Supplier<Optional<String>> trouble) {
    return exact(
        path,
        exchange -> {
          Optional<String> reason = trouble.get();
          respond(exchange, reason.isEmpty() ? 200 : 503, TEXT, reason.orElse("ok"));
        });
  }

  /** The JDK's contexts match prefixes; ours are exact, and only for reading. */
  private static HttpHandler exact(String path, HttpHandler handler) {
    return exchange -> {
      if (!exchange.getRequestURI().getPath().equals(path)) {
        respond(exchange, 404, TEXT, "not found");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        respond(exchange, 405, TEXT, "only GET");
      } else {
        handler.handle(exchange);
      }
    };
  }

  private static void metrics(HttpExchange exchange, PrometheusRegistry registry)
      throws IOException {
    @Nullable String accept = exchange.getRequestHeaders().getFirst("Accept");
    MetricSnapshots snapshots = registry.scrape();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String type;
    if (accept != null && accept.contains("application/openmetrics-text")) {
      type = OpenMetricsTextFormatWriter.CONTENT_TYPE;
      OpenMetricsTextFormatWriter.create().write(body, snapshots);
    } else {
      type = PrometheusTextFormatWriter.CONTENT_TYPE;
      PrometheusTextFormatWriter.create().write(body, snapshots);
    }
    send(exchange, 200, type, body.toByteArray());
  }

  private static void respond(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    send(exchange, status, type, (body + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
