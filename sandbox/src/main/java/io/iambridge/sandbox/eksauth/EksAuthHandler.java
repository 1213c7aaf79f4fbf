package io.iambridge.sandbox.eksauth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.service.ServiceFaults;
import io.iambridge.sandbox.sigv4.HttpCall;
import io.iambridge.sandbox.sigv4.SignatureCheck;
import io.iambridge.sandbox.sigv4.Verification;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The REST protocol of EKS Auth: finds out who asks, whether it may, and answers JSON. */
final class EksAuthHandler implements HttpHandler {
  private static final String ACTION = "eks-auth:AssumeRoleForPodIdentity";
  private static final Pattern PATH =
      Pattern.compile("/clusters/([^/]+)/assume-role-for-pod-identity");
  private static final Pattern CLUSTER = Pattern.compile("[0-9A-Za-z][A-Za-z0-9\\-_]{0,99}");
  private static final Pattern TOKEN =
      Pattern.compile("[A-Za-z0-9-_=]+\\.[A-Za-z0-9-_=]+\\.[A-Za-z0-9-_=]+");
  private static final int MOST_BODY_BYTES = 64 * 1024;

  private final JsonMapper json = new JsonMapper();
  private final EksAuth auth;
  private final Iam iam;
  private final SignatureCheck signatures;
  private final ServiceFaults faults;
  private final Consumer<String> answered;
  private final RandomGenerator random;

  /**
   * A handler for all requests.
   *
   * @param answered is told the code of each answer, {@code OK} when it is good
   */
  EksAuthHandler(
      EksAuth auth,
      Iam iam,
      SignatureCheck signatures,
      ServiceFaults faults,
      Consumer<String> answered,
      RandomGenerator random) {
    this.auth = auth;
    this.iam = iam;
    this.signatures = signatures;
    this.faults = faults;
    this.answered = answered;
    this.random = random;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        ObjectNode answer = answer(exchange);
        answered.accept("OK");
        respond(exchange, 200, answer);
      } catch (EksAuthException e) {
        answered.accept(e.code());
        exchange.getResponseHeaders().set("x-amzn-ErrorType", e.code());
        respond(
            exchange, e.status(), JsonNodeFactory.instance.objectNode().put("message", e.text()));
      } catch (InterruptedException e) {
        // The emulator stops: the client sees its connection closed.
        Thread.currentThread().interrupt();
      }
    }
  }

  private ObjectNode answer(HttpExchange exchange)
      throws IOException, EksAuthException, InterruptedException {
    byte[] body = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES);
    switch (faults.await()) {
      case PASS -> {}
      case FAIL -> throw EksAuthException.internal();
      case THROTTLE -> throw EksAuthException.throttled();
    }
    HttpCall call = HttpCall.of(exchange, body);
    Matcher path = PATH.matcher(call.path());
    if (!call.method().equals("POST") || !path.matches()) {
      throw new EksAuthException(404, "UnknownOperationException", "There is no such operation");
    }
    authorize(caller(call), path.group(1));
    String token = token(body);
    try {
      return document(auth.assumeRole(token));
    } catch (KubernetesClientException e) {
      throw EksAuthException.unavailable();
    }
  }

  private Principal caller(HttpCall call) throws EksAuthException {
    return switch (signatures.verify(call)) {
      case Verification.Signed signed -> signed.key().principal();
      case Verification.Refused refused ->
          throw new EksAuthException(403, code(refused.code()), refused.message());
    };
  }

  /** What services that speak JSON call what those of the query protocol call otherwise. */
  private static String code(String queryCode) {
    return switch (queryCode) {
      case "InvalidClientTokenId" -> "UnrecognizedClientException";
      case "SignatureDoesNotMatch" -> "InvalidSignatureException";
      case "ExpiredToken" -> "ExpiredTokenException";
      default -> queryCode + "Exception";
    };
  }

  private void authorize(Principal caller, String cluster) throws EksAuthException {
    if (!CLUSTER.matcher(cluster).matches()) {
      throw EksAuthException.invalidParameter("clusterName is not a cluster's name");
    }
    EksCluster asked = new EksCluster(cluster, auth.cluster().region(), caller.account());
    if (!iam.isPermitted(caller, ACTION, asked.arn().toString())) {
      throw EksAuthException.accessDenied(
          "User: %s is not authorized to perform: %s on resource: %s"
              .formatted(caller.arn(), ACTION, asked.arn()));
    }
    if (!asked.equals(auth.cluster())) {
      throw EksAuthException.notFound("No cluster found for name: " + cluster + ".");
    }
  }

  private String token(byte[] body) throws IOException, EksAuthException {
    JsonNode token;
    try {
      token = json.readTree(body).path("token");
    } catch (JsonProcessingException e) {
      throw EksAuthException.invalidParameter("the body is not JSON");
    }
    if (!TOKEN.matcher(token.asText()).matches()) {
      throw EksAuthException.invalidParameter("token is not a JSON Web Token");
    }
    return token.asText();
  }

  private static ObjectNode document(PodSession session) {
    AccessKey key = session.key();
    AccessKey.Temporary temporary = key.temporary().orElseThrow();
    Association association = session.association();
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .putObject("subject")
        .put("namespace", association.namespace())
        .put("serviceAccount", association.serviceAccount());
    document.put("audience", ProvedPod.AUDIENCE);
    document
        .putObject("podIdentityAssociation")
        .put("associationArn", association.arn().toString())
        .put("associationId", association.id());
    document
        .putObject("assumedRoleUser")
        .put("arn", key.principal().arn().toString())
        .put("assumeRoleId", key.principal().userId());
    document
        .putObject("credentials")
        .put("sessionToken", temporary.sessionToken())
        .put("secretAccessKey", key.secret())
        .put("accessKeyId", key.id())
        .put("expiration", temporary.expiration().getEpochSecond());
    return document;
  }

  private void respond(HttpExchange exchange, int status, ObjectNode answer) throws IOException {
    byte[] bytes = json.writeValueAsBytes(answer);
    UUID id;
    synchronized (random) {
      id = new UUID(random.nextLong(), random.nextLong());
    }
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("x-amzn-RequestId", id.toString());
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
