package io.iambridge.sandbox.sts;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.sigv4.HttpCall;
import io.iambridge.sandbox.sigv4.Signature;
import io.iambridge.sandbox.sigv4.SignatureCheck;
import io.iambridge.sandbox.sigv4.Verification;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The query protocol of STS: reads a request, finds out who asks, calls the action, answers XML.
 */
final class StsHandler implements HttpHandler {

  private static final int MOST_BODY_BYTES = 64 * 1024;
  private static final String VERSION = "2011-06-15";

  private final Map<String, Operation> operations;
  private final SignatureCheck signatures;
  private final Faults faults;
  private final Calls calls;
  private final RandomGenerator random;

  StsHandler(
      Map<String, Operation> operations,
      SignatureCheck signatures,
      Faults faults,
      Calls calls,
      RandomGenerator random) {
    this.operations = Map.copyOf(operations);
    this.signatures = signatures;
    this.faults = faults;
    this.calls = calls;
    this.random = random;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    calls.enter();
    try (exchange) {
      String requestId = requestId();
      try {
        respond(exchange, 200, requestId, answer(exchange, requestId));
      } catch (StsException e) {
        calls.error(e.code());
        respond(exchange, e.status(), requestId, error(e, requestId));
      } catch (InterruptedException e) {
        // The emulator stops: the client sees its connection closed.
        Thread.currentThread().interrupt();
      }
    } finally {
      calls.leave();
    }
  }

  private String answer(HttpExchange exchange, String requestId)
      throws IOException, StsException, InterruptedException {
    byte[] body = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES + 1);
    if (body.length > MOST_BODY_BYTES) {
      throw new StsException(413, "RequestEntityTooLarge", "Request entity too large");
    }
    HttpCall call = call(exchange, body);
    Parameters parameters = Parameters.parse(call.query() + "&" + new String(body, UTF_8));
    calls.begin(parameters);
    faults.await();
    faults.check();

    String action = parameters.get("Action").orElse("");
    Operation operation = operations.get(action);
    if (operation == null
        || !call.path().equals("/")
        || !parameters.get("Version").orElse(VERSION).equals(VERSION)) {
      throw new StsException(
          400,
          action.isEmpty() ? "MissingAction" : "InvalidAction",
          "Could not find operation " + action + " for version " + VERSION);
    }
    Consumer<Xml> result = operation.call(caller(call), parameters);
    return Xml.document(
        action + "Response",
        response ->
            response
                .element(action + "Result", result)
                .element("ResponseMetadata", meta -> meta.element("RequestId", requestId)));
  }

  private Principal caller(HttpCall call) throws StsException {
    return switch (signatures.verify(call)) {
      case Verification.Signed signed -> signed.key().principal();
      case Verification.Refused refused ->
          throw new StsException(refused.status(), refused.code(), refused.message());
    };
  }

  private static HttpCall call(HttpExchange exchange, byte[] body) {
    Map<String, List<String>> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    String query = exchange.getRequestURI().getRawQuery();
    return new HttpCall(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getRawPath(),
        query == null ? "" : query,
        headers,
        Signature.payloadHash(body));
  }

  private static String error(StsException e, String requestId) {
    return Xml.document(
        "ErrorResponse",
        response ->
            response
                .element(
                    "Error",
                    error ->
                        error
                            .element("Type", e.status() >= 500 ? "Receiver" : "Sender")
                            .element("Code", e.code())
                            .element("Message", e.text()))
                .element("RequestId", requestId));
  }

  private static void respond(HttpExchange exchange, int status, String requestId, String xml)
      throws IOException {
    byte[] bytes = xml.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/xml");
    exchange.getResponseHeaders().set("x-amzn-RequestId", requestId);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private String requestId() {
    synchronized (random) {
      return new UUID(random.nextLong(), random.nextLong()).toString();
    }
  }
}
