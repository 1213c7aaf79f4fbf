package io.iambridge.server.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Speaks STS's wire protocol with canned answers: AssumeRole succeeds with a key id that counts up,
 * until it is told to fail.
 */
public final class StsStub implements AutoCloseable {
  private final HttpServer server;
  private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger sessions = new AtomicInteger();
  private volatile String identity = "arn:aws:sts::123456789012:assumed-role/server/i-1";
  private volatile Failure failure = new Failure(0, "", "");
  private volatile CountDownLatch gate = new CountDownLatch(0);

  private record Failure(int status, String code, String message) {}

  /** Starts on loopback. */
  public StsStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What GetCallerIdentity says. */
  public void identity(String arn) {
    identity = arn;
  }

  /** AssumeRole fails with this from now on. */
  public void fail(int status, String code, String message) {
    failure = new Failure(status, code, message);
  }

  /** AssumeRole succeeds again. */
  public void succeed() {
    failure = new Failure(0, "", "");
  }

  /** Answers of AssumeRole wait until the returned latch is counted down. */
  public CountDownLatch hold() {
    gate = new CountDownLatch(1);
    return gate;
  }

  /** The parameters of all AssumeRole requests. */
  public List<Map<String, String>> assumeRoles() {
    return requests.stream().filter(r -> "AssumeRole".equals(r.get("Action"))).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> parameters = new HashMap<>();
    for (StringTokenizer pairs = new StringTokenizer(body, "&"); pairs.hasMoreTokens(); ) {
      String pair = pairs.nextToken();
      int equals = pair.indexOf('=');
      parameters.put(
          pair.substring(0, equals),
          URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    parameters.put(
        "authorization", String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    requests.add(parameters);
    Failure failing = failure;
    if ("GetCallerIdentity".equals(parameters.get("Action"))) {
      respond(exchange, 200, callerIdentity());
    } else {
      awaitGate();
      if (failing.status() == 0) {
        respond(exchange, 200, assumedRole(parameters.getOrDefault("RoleArn", "")));
      } else {
        respond(exchange, failing.status(), error(failing));
      }
    }
  }

  private void awaitGate() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String callerIdentity() {
    return """
    <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
    <GetCallerIdentityResult><Arn>%s</Arn><UserId>U</UserId><Account>A</Account></GetCallerIdentityResult>
    </GetCallerIdentityResponse>\
    """
        .formatted(identity);
  }

  private String assumedRole(String role) {
    return """
    <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
    <AssumedRoleUser><AssumedRoleId>I</AssumedRoleId><Arn>%s</Arn></AssumedRoleUser>
    <Credentials><AccessKeyId>ASIA%d</AccessKeyId><SecretAccessKey>stub-secret</SecretAccessKey>
    <SessionToken>stub-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
    </AssumeRoleResult></AssumeRoleResponse>\
    """
        .formatted(role, sessions.incrementAndGet());
  }

  private static String error(Failure failure) {
    return """
    <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
    <Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>\
    """
        .formatted(failure.code(), failure.message());
  }

  private static void respond(HttpExchange exchange, int status, String xml) throws IOException {
    try (exchange) {
      byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/xml");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    gate.countDown();
    server.stop(0);
  }
}
