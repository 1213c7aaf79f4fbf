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
 * Speaks STS's wire protocol with canned answers: AssumeRole and AssumeRoleWithWebIdentity succeed
 * with a key id that counts up, until it is told to fail.
 */
public final class StsStub implements AutoCloseable {
  private final HttpServer server;
  private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger sessions = new AtomicInteger();
  private volatile String identity = "arn:aws:sts::123456789012:assumed-role/server/i-1";
  private volatile Failure failure = new Failure(0, "", "", "");
  private volatile CountDownLatch gate = new CountDownLatch(0);

  private record Failure(int status, String code, String message, String action) {}

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
    failure = new Failure(status, code, message, "");
  }

  /** AssumeRole succeeds again. */
  public void succeed() {
    failure = new Failure(0, "", "", "");
  }

  /** Answers of AssumeRole wait until the returned latch is counted down. */
  public CountDownLatch hold() {
    gate = new CountDownLatch(1);
    return gate;
  }

  /** The parameters of all AssumeRole requests. */
  public List<Map<String, String>> assumeRoles() {
    return requests("AssumeRole");
  }

  /** The parameters of all requests of an action. */
  public List<Map<String, String>> requests(String action) {
    return requests.stream().filter(r -> action.equals(r.get("Action"))).toList();
  }

  /** Only requests of this action fail; the others succeed. */
  public void failOnly(String action, int status, String code, String message) {
    failure = new Failure(status, code, message, action);
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
      String action = parameters.getOrDefault("Action", "");
      if (failing.status() == 0
          || (!failing.action().isEmpty() && !failing.action().equals(action))) {
        respond(exchange, 200, assumedRole(action, parameters.getOrDefault("RoleArn", "")));
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

  private String assumedRole(String action, String role) {
    return """
    <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%1$sResult>
    <AssumedRoleUser><AssumedRoleId>I</AssumedRoleId><Arn>%2$s</Arn></AssumedRoleUser>
    <Credentials><AccessKeyId>ASIA%3$d</AccessKeyId><SecretAccessKey>stub-secret</SecretAccessKey>
    <SessionToken>stub-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
    </%1$sResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></%1$sResponse>\
    """
        .formatted(action, role, sessions.incrementAndGet());
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
