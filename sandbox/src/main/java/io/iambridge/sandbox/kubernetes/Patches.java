package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.Map;

/** The kinds of PATCH that clients send. */
final class Patches {

  private Patches() {}

  static ObjectNode apply(String contentType, ObjectNode object, String body) throws ApiException {
    JsonNode patch = Json.read(body);
    JsonNode patched =
        switch (contentType.replaceAll(";.*", "").strip()) {
          case "application/json-patch+json" -> json(object, patch);
          case "application/merge-patch+json" -> merge(object, patch);
          case "application/strategic-merge-patch+json" -> StrategicMerge.apply(object, patch);
          default -> throw ApiException.unknownFormat(contentType);
        };
    if (patched instanceof ObjectNode whole) {
      return whole;
    }
    throw ApiException.badRequest("the patch does not leave an object");
  }

  private static JsonNode json(ObjectNode object, JsonNode patch) throws ApiException {
    try {
      return JsonPatch.apply(patch, object.deepCopy());
    } catch (JsonPatchException e) {
      throw ApiException.invalid("the server rejected our request: " + e.getMessage());
    }
  }

  /** RFC 7386. */
  static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    ObjectNode merged =
        target instanceof ObjectNode object ? object.deepCopy() : changes.objectNode();
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      if (change.getValue().isNull()) {
        merged.remove(change.getKey());
      } else {
        merged.set(change.getKey(), merge(merged.path(change.getKey()), change.getValue()));
      }
    }
    return merged;
  }
}
