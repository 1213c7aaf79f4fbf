package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.sandbox.kubernetes.ApiObjects.Answer;
import io.iambridge.sandbox.kubernetes.ServiceAccountTokens.Bound;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two requests about tokens, TokenRequest and TokenReview, with the checks that the API server
 * makes (pkg/registry/core/serviceaccount/storage/token.go for the first).
 */
final class TokenApi {
  private static final Pattern REQUEST =
      Pattern.compile("/api/v1/namespaces/([^/]+)/serviceaccounts/([^/]+)/token");
  private static final String REVIEW = "/apis/authentication.k8s.io/v1/tokenreviews";

  private static final int CREATED = 201;
  private static final long LEAST_SECONDS = 600;
  private static final long MOST_SECONDS = 1L << 32;
  private static final long DEFAULT_SECONDS = 3600;

  private final ObjectStore store;
  private final ServiceAccountTokens tokens;
  private final InstantSource clock;
  private final TokenPermissions permissions = new TokenPermissions();

  TokenApi(ObjectStore store, ServiceAccountTokens tokens, InstantSource clock) {
    this.store = store;
    this.tokens = tokens;
    this.clock = clock;
  }

  TokenPermissions permissions() {
    return permissions;
  }

  /** See {@link ServiceAccountTokens#published}. */
  Optional<JsonNode> published(String path) {
    return tokens.published(path);
  }

  /** Answers a request about a token; empty when it is about something else. */
  Optional<Answer> handle(ApiRequest request) throws ApiException {
    Matcher account = REQUEST.matcher(request.path());
    boolean review = request.path().equals(REVIEW);
    if (!review && !account.matches()) {
      return Optional.empty();
    }
    if (!request.method().equals("POST")) {
      throw new ApiException(
          405,
          "MethodNotAllowed",
          "the server does not allow this method on the requested resource");
    }
    ObjectNode body = Json.readObject(request.body());
    return Optional.of(
        new Answer(
            CREATED, review ? review(body) : create(account.group(1), account.group(2), body)));
  }

  private ObjectNode create(String namespace, String name, ObjectNode body) throws ApiException {
    permissions.check(namespace, name);
    ObjectNode account = existing(ResourceType.SERVICE_ACCOUNTS, namespace, name);
    JsonNode spec = body.path("spec");
    long seconds = spec.path("expirationSeconds").asLong(DEFAULT_SECONDS);
    if (seconds < LEAST_SECONDS || seconds > MOST_SECONDS) {
      throw ApiException.invalid(
          "spec.expirationSeconds: Invalid value: %d: may not specify a duration less than 10 minutes or larger than 2^32 seconds"
              .formatted(seconds));
    }
    List<String> audiences = texts(spec.path("audiences"));
    Bound bound = new Bound(account, boundPod(namespace, name, spec.path("boundObjectRef")));
    Instant now = clock.instant();
    Instant until = now.plusSeconds(seconds);
    ObjectNode answer = body.deepCopy();
    answer.put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
    answer
        .putObject("status")
        .put(
            "token",
            tokens.sign(
                bound,
                audiences.isEmpty() ? List.of(ServiceAccountTokens.API_AUDIENCE) : audiences,
                now,
                until))
        .put("expirationTimestamp", Instant.ofEpochSecond(until.getEpochSecond()).toString());
    return answer;
  }

  private Optional<ObjectNode> boundPod(String namespace, String account, JsonNode reference)
      throws ApiException {
    if (reference.isMissingNode() || reference.isNull()) {
      return Optional.empty();
    }
    if (!reference.path("kind").asText().equals("Pod")) {
      throw ApiException.badRequest("the sandbox binds tokens to pods only");
    }
    String name = reference.path("name").asText();
    ObjectNode pod = existing(ResourceType.PODS, namespace, name);
    if (!pod.at("/spec/serviceAccountName").asText().equals(account)) {
      throw ApiException.badRequest(
          "cannot bind token for serviceaccount \"%s\" to pod running with different serviceaccount name."
              .formatted(account));
    }
    String uid = reference.path("uid").asText();
    if (!uid.isEmpty() && !uid.equals(pod.at("/metadata/uid").asText())) {
      throw ApiException.conflict(
          ResourceType.PODS,
          name,
          "the UID in the bound object reference (%s) does not match the UID in record. The object might have been deleted and then recreated"
              .formatted(uid));
    }
    return Optional.of(pod);
  }

  private ObjectNode review(ObjectNode body) throws ApiException {
    String token = body.at("/spec/token").asText();
    if (token.isEmpty()) {
      throw ApiException.badRequest("token is required for TokenReview in authentication");
    }
    ObjectNode answer = body.deepCopy();
    answer.put("kind", "TokenReview").put("apiVersion", "authentication.k8s.io/v1");
    ObjectNode status = answer.putObject("status");
    tokens
        .review(token, texts(body.at("/spec/audiences")))
        .ifPresentOrElse(
            proved -> {
              status.put("authenticated", true).set("user", proved.user());
              ArrayNode audiences = status.putArray("audiences");
              proved.audiences().forEach(audiences::add);
            },
            () -> {
              status.putObject("user");
              status.put("error", "[invalid bearer token, token lookup failed]");
            });
    return answer;
  }

  private ObjectNode existing(ResourceType type, String namespace, String name)
      throws ApiException {
    return store
        .get(new ObjectKey(type, namespace, name))
        .orElseThrow(() -> ApiException.notFound(type, name));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
