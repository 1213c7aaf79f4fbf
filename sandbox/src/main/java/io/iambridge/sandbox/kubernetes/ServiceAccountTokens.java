package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.sandbox.oidc.SigningKeys;
import io.iambridge.sandbox.secrets.IssuedSecrets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * ServiceAccount tokens as Kubernetes 1.30 and later makes and reviews them: signed, for an
 * audience, for a time, bound to a pod and its node. A token whose pod or service account is gone,
 * or was made anew, is not authenticated.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/">Managing
 *     Service Accounts</a>
 */
public final class ServiceAccountTokens {
  static final String API_AUDIENCE = "https://kubernetes.default.svc.cluster.local";

  /** Who issues the tokens: an https address, since AWS takes no other; formed as EKS's are. */
  public static final String ISSUER = "https://oidc.sandbox.iambridge.io/id/SANDBOX";

  private static final String KEYS_PATH = "/openid/v1/jwks";
  private static final String USER_PREFIX = "system:serviceaccount:";
  private static final String EXTRA = "authentication.kubernetes.io/";

  private final ObjectStore store;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final SigningKeys keys = new SigningKeys();
  private final Map<String, AtomicInteger> reviewed = new ConcurrentHashMap<>();

  /** Who a token proves, and the audiences that it has and that were asked for. */
  record Authenticated(ObjectNode user, List<String> audiences) {}

  /**
   * A service account and the pod a token of it is bound to.
   *
   * @param pod empty for a token that is bound to nothing
   */
  record Bound(ObjectNode account, Optional<ObjectNode> pod) {}

  ServiceAccountTokens(ObjectStore store, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.clock = clock;
    this.random = random;
  }

  /** The issuer's keys, for tests that change them. */
  public SigningKeys keys() {
    return keys;
  }

  /**
   * What the issuer publishes at a path, for anybody: its discovery document and its keys.
   *
   * @see <a
   *     href="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery">Service
   *     account issuer discovery</a>
   */
  Optional<JsonNode> published(String path) {
    return switch (path) {
      case "/.well-known/openid-configuration" -> Optional.of(discovery());
      case KEYS_PATH -> Optional.of(keys.published());
      default -> Optional.empty();
    };
  }

  private static ObjectNode discovery() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("issuer", ISSUER).put("jwks_uri", ISSUER + KEYS_PATH);
    document.putArray("response_types_supported").add("id_token");
    document.putArray("subject_types_supported").add("public");
    document.putArray("id_token_signing_alg_values_supported").add("RS256");
    return document;
  }

  /** How many reviews for the audience were asked for. */
  public int reviewed(String audience) {
    AtomicInteger count = reviewed.get(audience);
    return count == null ? 0 : count.get();
  }

  /**
   * A token that the API would give at another time; a lifetime that is negative makes one that has
   * ended. The pod must exist.
   */
  public String podToken(String namespace, String podName, String audience, Duration lifetime) {
    ObjectNode pod = stored(ResourceType.PODS, namespace, podName);
    ObjectNode account =
        stored(
            ResourceType.SERVICE_ACCOUNTS, namespace, pod.at("/spec/serviceAccountName").asText());
    Instant now = clock.instant();
    return sign(
        new Bound(account, Optional.of(pod)),
        List.of(audience),
        lifetime.isNegative() ? now.plus(lifetime.multipliedBy(2)) : now,
        now.plus(lifetime));
  }

  private ObjectNode stored(ResourceType type, String namespace, String name) {
    return store
        .get(new ObjectKey(type, namespace, name))
        .orElseThrow(
            () -> new IllegalArgumentException("no " + type.kind() + " " + namespace + "/" + name));
  }

  String sign(Bound bound, List<String> audiences, Instant from, Instant until) {
    ObjectNode claims = JsonNodeFactory.instance.objectNode();
    ArrayNode aud = claims.putArray("aud");
    audiences.forEach(aud::add);
    String namespace = bound.account.at("/metadata/namespace").asText();
    claims
        .put("exp", until.getEpochSecond())
        .put("iat", from.getEpochSecond())
        .put("nbf", from.getEpochSecond())
        .put("iss", ISSUER)
        .put("jti", new UUID(random.nextLong(), random.nextLong()).toString())
        .put("sub", USER_PREFIX + namespace + ":" + name(bound.account));
    ObjectNode kubernetes = claims.putObject("kubernetes.io").put("namespace", namespace);
    putReference(kubernetes, "serviceaccount", name(bound.account), uid(bound.account));
    bound.pod.ifPresent(pod -> {
      putReference(kubernetes, "pod", name(pod), uid(pod));
      String node = pod.at("/spec/nodeName").asText();
      if (!node.isEmpty()) {
        putReference(
            kubernetes, "node", node, node(node).map(ServiceAccountTokens::uid).orElse(""));
      }
    });
    return IssuedSecrets.noted(keys.sign(claims));
  }

  private static void putReference(ObjectNode parent, String field, String name, String uid) {
    ObjectNode reference = parent.putObject(field).put("name", name);
    if (!uid.isEmpty()) {
      reference.put("uid", uid);
    }
  }

  /** Who the token proves; empty when it proves nobody for any of the audiences. */
  Optional<Authenticated> review(String token, List<String> wanted) {
    wanted.forEach(
        audience -> reviewed.computeIfAbsent(audience, _ -> new AtomicInteger()).incrementAndGet());
    return keys.verify(token).flatMap(claims -> authenticate(claims, wanted));
  }

  private Optional<Authenticated> authenticate(JsonNode claims, List<String> wanted) {
    long now = clock.instant().getEpochSecond();
    List<String> audiences = new ArrayList<>();
    claims.path("aud").forEach(audience -> audiences.add(audience.asText()));
    audiences.retainAll(wanted.isEmpty() ? List.of(API_AUDIENCE) : wanted);
    JsonNode kubernetes = claims.path("kubernetes.io");
    String namespace = kubernetes.path("namespace").asText();
    JsonNode pod = kubernetes.path("pod");
    boolean good =
        claims.path("iss").asText().equals(ISSUER)
            && now < claims.path("exp").asLong()
            && now >= claims.path("nbf").asLong()
            && !audiences.isEmpty()
            && lives(ResourceType.SERVICE_ACCOUNTS, namespace, kubernetes.path("serviceaccount"))
            && (pod.isMissingNode() || lives(ResourceType.PODS, namespace, pod));
    return good ? Optional.of(new Authenticated(user(claims), audiences)) : Optional.empty();
  }

  /** Still the object that it was when the token was made. */
  private boolean lives(ResourceType type, String namespace, JsonNode reference) {
    return store
        .get(new ObjectKey(type, namespace, reference.path("name").asText()))
        .filter(object -> uid(object).equals(reference.path("uid").asText()))
        .isPresent();
  }

  private static ObjectNode user(JsonNode claims) {
    JsonNode kubernetes = claims.path("kubernetes.io");
    ObjectNode user = JsonNodeFactory.instance.objectNode();
    user.put("username", claims.path("sub").asText());
    user.put("uid", kubernetes.at("/serviceaccount/uid").asText());
    user.putArray("groups")
        .add("system:serviceaccounts")
        .add("system:serviceaccounts:" + kubernetes.path("namespace").asText())
        .add("system:authenticated");
    ObjectNode extra = user.putObject("extra");
    extra.putArray(EXTRA + "credential-id").add("JTI=" + claims.path("jti").asText());
    for (String object : List.of("pod", "node")) {
      for (String field : List.of("name", "uid")) {
        JsonNode value = kubernetes.path(object).path(field);
        if (!value.isMissingNode()) {
          extra.putArray(EXTRA + object + "-" + field).add(value.asText());
        }
      }
    }
    return user;
  }

  private Optional<ObjectNode> node(String name) {
    return store.get(new ObjectKey(ResourceType.NODES, "", name));
  }

  private static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  private static String uid(JsonNode object) {
    return object.at("/metadata/uid").asText();
  }
}
