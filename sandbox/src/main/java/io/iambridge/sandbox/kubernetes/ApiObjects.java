package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The verbs of the API on objects.
 *
 * <p>Two things are simpler than in a real cluster, so that a demo or test needs one step where
 * that needs a kubelet: status is an ordinary part of an object (the status subresource works too;
 * in custom resources it is the only way, as in a real cluster), and what is deleted is gone at
 * once, unless it has finalizers.
 */
final class ApiObjects {

  /** An answer that went well. */
  record Answer(int code, JsonNode body) {}

  private final ObjectStore store;
  private final ResourceTypes types;
  private final NewObjects newObjects;

  ApiObjects(ObjectStore store, ResourceTypes types, NewObjects newObjects) {
    this.store = store;
    this.types = types;
    this.newObjects = newObjects;
  }

  /** Answers a request for objects that is no watch. One at a time, so that none reads stale. */
  synchronized Answer handle(ApiPath path, ApiRequest request) throws ApiException {
    if (!request.parameter("dryRun").isEmpty()) {
      throw ApiException.badRequest("the sandbox has no dry run");
    }
    if (request.contentType().contains("protobuf")) {
      // What some typed kubectl commands send, e.g. "create namespace" of kubectl 1.33.
      throw new ApiException(
          415, "UnsupportedMediaType", "the sandbox reads only JSON: use kubectl create -f");
    }
    return switch (request.method()) {
      case "GET" ->
          new Answer(200, path.isCollection() ? list(path, request) : existing(key(path)));
      case "POST" -> new Answer(201, create(path, Json.readObject(request.body())));
      case "PUT" -> new Answer(200, replace(path, Json.readObject(request.body())));
      case "PATCH" -> new Answer(200, patch(path, request));
      case "DELETE" ->
          path.isCollection()
              ? new Answer(200, deleteAll(path, request))
              : new Answer(200, delete(key(path), options(request.body())));
      default -> throw notAllowed();
    };
  }

  private ObjectNode list(ApiPath path, ApiRequest request) throws ApiException {
    Predicate<JsonNode> selector = selector(request);
    int limit = request.number("limit");
    String token = request.parameter("continue");
    ObjectKey after = null;
    long version = store.version();
    if (!token.isEmpty()) {
      ContinueToken from = ContinueToken.parse(token);
      after = new ObjectKey(path.type(), from.namespace(), from.name());
      version = from.version();
      // A page of a list that history no longer reaches back to must not be continued.
      store.watch(version, change -> {}).run();
    }
    ObjectNode list =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", path.type().kind() + "List")
            .put("apiVersion", path.type().apiVersion());
    ObjectNode metadata = list.putObject("metadata");
    metadata.put("resourceVersion", Long.toString(version));
    ArrayNode items = list.putArray("items");
    ObjectKey last = null;
    for (Map.Entry<ObjectKey, ObjectNode> entry :
        store.list(path.type(), path.namespace(), after).objects()) {
      if (!selector.test(entry.getValue())) {
        continue;
      }
      if (last != null && items.size() == limit) {
        metadata.put("continue", new ContinueToken(version, last.namespace(), last.name()).text());
        break;
      }
      items.add(entry.getValue());
      last = limit > 0 ? entry.getKey() : null;
    }
    return list;
  }

  ObjectNode create(ApiPath path, ObjectNode object) throws ApiException {
    if (!path.isCollection() || (path.type().namespaced() && path.namespace().isEmpty())) {
      throw notAllowed();
    }
    checkKind(path, object);
    JsonNode metadata = object.path("metadata");
    if (metadata.path("name").asText().isEmpty()
        && metadata.path("generateName").asText().isEmpty()) {
      throw ApiException.invalid(
          path.type().kind()
              + " is invalid: metadata.name: Required value: name or generateName is required");
    }
    if (path.type().namespaced()) {
      existing(new ObjectKey(ResourceType.NAMESPACES, "", path.namespace()));
    }
    newObjects.complete(path.type(), path.namespace(), object);
    ObjectKey key =
        new ObjectKey(path.type(), path.namespace(), object.at("/metadata/name").asText());
    if (store.get(key).isPresent()) {
      throw ApiException.exists(path.type(), key.name());
    }
    if (path.type().equals(ResourceType.DEFINITIONS)) {
      types.define(object);
    }
    ObjectNode stored = store.put(key, object);
    if (path.type().equals(ResourceType.NAMESPACES)) {
      create(
          new ApiPath(ResourceType.SERVICE_ACCOUNTS, key.name(), "", ""),
          NewObjects.defaultServiceAccount(stored));
    }
    return stored;
  }

  private ObjectNode replace(ApiPath path, ObjectNode object) throws ApiException {
    if (path.isCollection()) {
      throw notAllowed();
    }
    checkKind(path, object);
    return store(path, existing(key(path)), object);
  }

  private ObjectNode patch(ApiPath path, ApiRequest request) throws ApiException {
    if (path.isCollection()) {
      throw notAllowed();
    }
    if (path.type().ownStatus() && request.contentType().contains("strategic-merge-patch")) {
      // Nobody has told the API server how lists of a custom resource merge.
      throw ApiException.unknownFormat(request.contentType());
    }
    ObjectNode current = existing(key(path));
    return store(path, current, Patches.apply(request.contentType(), current, request.body()));
  }

  /** Stores a changed object, if it was changed from its current state. */
  private ObjectNode store(ApiPath path, ObjectNode current, ObjectNode wanted)
      throws ApiException {
    JsonNode had = current.path("metadata");
    ObjectNode changed = wanted;
    checkUnchanged(path, had, wanted.path("metadata"));
    if (!path.subresource().isEmpty()) {
      changed = current.deepCopy();
      takeStatus(wanted, changed);
    } else if (path.type().ownStatus()) {
      takeStatus(current, changed);
    }
    ObjectNode metadata = changed.withObject("/metadata");
    for (String fixed :
        List.of(
            "name",
            "namespace",
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "resourceVersion")) {
      metadata.remove(fixed);
      if (had.has(fixed)) {
        metadata.set(fixed, had.get(fixed));
      }
    }
    changed.put("kind", path.type().kind()).put("apiVersion", path.type().apiVersion());
    if (changed.equals(current)) {
      return current;
    }
    if (path.type().equals(ResourceType.DEFINITIONS)) {
      types.define(changed);
    }
    if (metadata.has("deletionTimestamp") && metadata.path("finalizers").isEmpty()) {
      return remove(key(path));
    }
    return store.put(key(path), changed);
  }

  private static void takeStatus(ObjectNode from, ObjectNode to) {
    to.remove("status");
    if (from.has("status")) {
      to.set("status", from.get("status").deepCopy());
    }
  }

  private static void checkUnchanged(ApiPath path, JsonNode had, JsonNode wanted)
      throws ApiException {
    String version = wanted.path("resourceVersion").asText(had.path("resourceVersion").asText());
    if (!version.isEmpty() && !version.equals(had.path("resourceVersion").asText())) {
      throw ApiException.conflict(
          path.type(),
          path.name(),
          "the object has been modified; please apply your changes to the latest version and try"
              + " again");
    }
    checkUid(path.type(), path.name(), had, wanted.path("uid"));
    if (!wanted.path("name").asText(path.name()).equals(path.name())) {
      throw ApiException.badRequest(
          "the name of the object does not match the name on the URL (" + path.name() + ")");
    }
  }

  private static void checkUid(ResourceType type, String name, JsonNode had, JsonNode uid)
      throws ApiException {
    String wanted = uid.asText("");
    if (!wanted.isEmpty() && !wanted.equals(had.path("uid").asText())) {
      throw ApiException.conflict(
          type,
          name,
          "Precondition failed: UID in precondition: %s, UID in object meta: %s"
              .formatted(wanted, had.path("uid").asText()));
    }
  }

  private ObjectNode deleteAll(ApiPath path, ApiRequest request) throws ApiException {
    Predicate<JsonNode> selector = selector(request);
    for (Map.Entry<ObjectKey, ObjectNode> entry :
        store.list(path.type(), path.namespace(), /* after= */ null).objects()) {
      if (selector.test(entry.getValue())) {
        delete(entry.getKey(), JsonNodeFactory.instance.objectNode());
      }
    }
    return success();
  }

  private ObjectNode delete(ObjectKey key, JsonNode options) throws ApiException {
    ObjectNode object = existing(key);
    checkUid(key.type(), key.name(), object.path("metadata"), options.at("/preconditions/uid"));
    if (!object.at("/metadata/finalizers").isEmpty()) {
      if (object.at("/metadata/deletionTimestamp").isMissingNode()) {
        ObjectNode terminating = object.deepCopy();
        terminating.withObject("/metadata").put("deletionTimestamp", newObjects.now());
        return store.put(key, terminating);
      }
      return object;
    }
    if (key.type().equals(ResourceType.NAMESPACES)) {
      for (ResourceType type : types.all()) {
        if (type.namespaced()) {
          store.list(type, key.name(), /* after= */ null).objects().stream()
              .map(Map.Entry::getKey)
              .forEach(store::remove);
        }
      }
    }
    return remove(key);
  }

  private ObjectNode remove(ObjectKey key) throws ApiException {
    return store.remove(key).orElseThrow(() -> ApiException.notFound(key.type(), key.name()));
  }

  private ObjectNode existing(ObjectKey key) throws ApiException {
    return store.get(key).orElseThrow(() -> ApiException.notFound(key.type(), key.name()));
  }

  private static JsonNode options(String body) throws ApiException {
    return body.isBlank() ? JsonNodeFactory.instance.objectNode() : Json.readObject(body);
  }

  private static void checkKind(ApiPath path, ObjectNode object) throws ApiException {
    String kind = object.path("kind").asText(path.type().kind());
    String apiVersion = object.path("apiVersion").asText(path.type().apiVersion());
    if (!kind.equals(path.type().kind()) || !apiVersion.equals(path.type().apiVersion())) {
      throw ApiException.badRequest(
          "%s in %s cannot be handled as a %s".formatted(kind, apiVersion, path.type().kind()));
    }
    String namespace = object.at("/metadata/namespace").asText(path.namespace());
    if (!namespace.isEmpty() && !namespace.equals(path.namespace())) {
      throw ApiException.badRequest(
          "the namespace of the object (%s) does not match the namespace on the URL (%s)"
              .formatted(namespace, path.namespace()));
    }
  }

  static Predicate<JsonNode> selector(ApiRequest request) throws ApiException {
    return Selector.of(request.parameter("labelSelector"), request.parameter("fieldSelector"));
  }

  private static ObjectKey key(ApiPath path) {
    return new ObjectKey(path.type(), path.namespace(), path.name());
  }

  private static ApiException notAllowed() {
    return new ApiException(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  }

  private static ObjectNode success() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Status")
        .put("apiVersion", "v1")
        .put("status", "Success");
  }
}
