package io.iambridge.sandbox.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.service.ServiceFaults;
import io.iambridge.sandbox.sigv4.HttpCall;
import io.iambridge.sandbox.sigv4.SignatureCheck;
import io.iambridge.sandbox.sigv4.Verification;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Reads requests, calls their actions, answers XML. */
public final class QueryHandler implements HttpHandler {

  private static final int MOST_BODY_BYTES = 64 * 1024;

  private final Service service;
  private final SignatureCheck signatures;
  private final ServiceFaults faults;
  private final Watcher watcher;
  private final RandomGenerator random;

  /**
   * A service's actions.
   *
   * @param version of the API, e.g. {@code 2011-06-15}
   * @param namespace of the XML, e.g. {@code https://sts.amazonaws.com/doc/2011-06-15/}
   */
  public record Service(String version, String namespace, Map<String, Operation> operations) {
    /** Copies the actions. */
    public Service {
      operations = Map.copyOf(operations);
    }
  }

  /** A handler for all requests to a service. */
  public QueryHandler(
      Service service,
      SignatureCheck signatures,
      ServiceFaults faults,
      Watcher watcher,
      RandomGenerator random) {
    this.service = service;
    this.signatures = signatures;
    this.faults = faults;
    this.watcher = watcher;
    this.random = random;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    watcher.enter();
    try (exchange) {
      String requestId = requestId();
      try {
        respond(exchange, 200, requestId, answer(exchange, requestId));
      } catch (QueryException e) {
        watcher.error(e.code());
        respond(exchange, e.status(), requestId, error(e, requestId));
      } catch (InterruptedException e) {
        // The emulator stops: the client sees its connection closed.
        Thread.currentThread().interrupt();
      }
    } finally {
      watcher.leave();
    }
  }

  private String answer(HttpExchange exchange, String requestId)
      throws IOException, QueryException, InterruptedException {
    byte[] body = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES + 1);
    if (body.length > MOST_BODY_BYTES) {
      throw new QueryException(413, "RequestEntityTooLarge", "Request entity too large");
    }
    HttpCall call = HttpCall.of(exchange, body);
    Parameters parameters = Parameters.parse(call.query() + "&" + new String(body, UTF_8));
    watcher.begin(parameters);
    switch (faults.await()) {
      case PASS -> {}
      case FAIL -> throw QueryException.internal();
      case THROTTLE -> throw QueryException.throttled();
    }

    String action = parameters.get("Action").orElse("");
    Operation operation = service.operations().get(action);
    if (operation == null
        || !call.path().equals("/")
        || !parameters.get("Version").orElse(service.version()).equals(service.version())) {
      throw new QueryException(
          400,
          action.isEmpty() ? "MissingAction" : "InvalidAction",
          "Could not find operation " + action + " for version " + service.version());
    }
    Consumer<Xml> result = operation.call(() -> caller(call), parameters);
    return Xml.document(
        service.namespace(),
        action + "Response",
        response ->
            response
                .element(action + "Result", result)
                .element("ResponseMetadata", meta -> meta.element("RequestId", requestId)));
  }

  private Principal caller(HttpCall call) throws QueryException {
    return switch (signatures.verify(call)) {
      case Verification.Signed signed -> signed.key().principal();
      case Verification.Refused refused ->
          throw new QueryException(refused.status(), refused.code(), refused.message());
    };
  }

  private String error(QueryException e, String requestId) {
    return Xml.document(
        service.namespace(),
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
