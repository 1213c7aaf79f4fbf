package io.iambridge.sandbox.kubernetes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The documents by which kubectl and client libraries find out what is served. */
final class Discovery {

  /** New enough for every feature that clients ask the version for. */
  private static final String VERSION = "1.33";

  /**
   * An OpenAPI v2 document in protobuf that describes no kind, so that kubectl validates nothing:
   * swagger = "2.0", info = {title = "iambridge sandbox", version = "v1"}, paths = {}.
   */
  static final byte[] OPEN_API =
      "\n\0032.0\022\027\n\021iambridge sandbox\022\002v1B\0".getBytes(ISO_8859_1);

  static final String OPEN_API_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ResourceTypes types;

  Discovery(ResourceTypes types) {
    this.types = types;
  }

  /** The document at a path. */
  Optional<JsonNode> document(String path) {
    return Optional.ofNullable(
        switch (path) {
          case "/" -> roots();
          case "/version" -> version();
          case "/api" -> coreVersions();
          case "/apis" -> groups();
          default -> resources(path);
        });
  }

  private static ObjectNode roots() {
    ObjectNode roots = JSON.objectNode();
    roots.putArray("paths").add("/api").add("/api/v1").add("/apis").add("/version");
    return roots;
  }

  private static ObjectNode version() {
    String[] parts = VERSION.split("\\.", -1);
    return JSON.objectNode()
        .put("major", parts[0])
        .put("minor", parts[1])
        .put("gitVersion", "v" + VERSION + ".0-iambridge-sandbox")
        .put("platform", "linux/amd64");
  }

  private static ObjectNode coreVersions() {
    ObjectNode versions = JSON.objectNode().put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    return versions;
  }

  private ObjectNode groups() {
    ObjectNode list = JSON.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode groups = list.putArray("groups");
    Set<String> told = new HashSet<>();
    for (ResourceType type : types.all()) {
      if (!type.group().isEmpty() && told.add(type.group())) {
        ObjectNode version =
            JSON.objectNode().put("groupVersion", type.apiVersion()).put("version", type.version());
        ObjectNode group = groups.addObject().put("name", type.group());
        group.putArray("versions").add(version);
        group.set("preferredVersion", version);
      }
    }
    return list;
  }

  private @Nullable ObjectNode resources(String path) {
    List<ResourceType> found =
        types.all().stream()
            .filter(type ->
                path.equals((type.group().isEmpty() ? "/api/" : "/apis/") + type.apiVersion()))
            .toList();
    if (found.isEmpty()) {
      return null;
    }
    ObjectNode list =
        JSON.objectNode()
            .put("kind", "APIResourceList")
            .put("apiVersion", "v1")
            .put("groupVersion", found.getFirst().apiVersion());
    ArrayNode resources = list.putArray("resources");
    for (ResourceType type : found) {
      ObjectNode resource =
          resources
              .addObject()
              .put("name", type.plural())
              .put("singularName", type.kind().toLowerCase(Locale.ROOT))
              .put("namespaced", type.namespaced())
              .put("kind", type.kind());
      ArrayNode verbs = resource.putArray("verbs");
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
          .forEach(verbs::add);
      ArrayNode shortNames = resource.putArray("shortNames");
      type.shortNames().forEach(shortNames::add);
      if (type.ownStatus()) {
        resources
            .addObject()
            .put("name", type.plural() + "/status")
            .put("singularName", "")
            .put("namespaced", type.namespaced())
            .put("kind", type.kind())
            .putArray("verbs")
            .add("get")
            .add("patch")
            .add("update");
      }
    }
    return list;
  }
}
