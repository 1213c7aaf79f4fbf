package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Strategic merge patch, which kubectl sends for built-in kinds: like RFC 7386, but some lists are
 * merged element by element ({@code patchMergeKey} in the Kubernetes API reference).
 */
final class StrategicMerge {

  private static final String DIRECTIVE = "$patch";

  /** The key that tells which elements of a list are the same, by the list's name. */
  private static final Map<String, String> MERGE_KEYS =
      Map.ofEntries(
          Map.entry("containers", "name"),
          Map.entry("initContainers", "name"),
          Map.entry("volumes", "name"),
          Map.entry("env", "name"),
          Map.entry("volumeMounts", "mountPath"),
          Map.entry("ports", "containerPort"),
          Map.entry("conditions", "type"),
          Map.entry("addresses", "type"),
          Map.entry("podIPs", "ip"),
          Map.entry("secrets", "name"),
          Map.entry("imagePullSecrets", "name"),
          Map.entry("ownerReferences", "uid"));

  private StrategicMerge() {}

  static JsonNode apply(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    if (changes.path(DIRECTIVE).asText().equals("replace")) {
      return withoutDirectives(changes);
    }
    ObjectNode merged =
        target instanceof ObjectNode object ? object.deepCopy() : changes.objectNode();
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      String name = change.getKey();
      JsonNode value = change.getValue();
      if (name.startsWith("$")) {
        continue;
      }
      if (value.isNull()) {
        merged.remove(name);
      } else if (value instanceof ArrayNode elements && merged.get(name) instanceof ArrayNode old) {
        merged.set(name, list(name, old, elements));
      } else {
        merged.set(name, apply(merged.path(name), value));
      }
    }
    return merged;
  }

  private static ArrayNode list(String name, ArrayNode old, ArrayNode changes) {
    if (name.equals("finalizers")) {
      return union(old, changes);
    }
    String key = MERGE_KEYS.get(name);
    if (key == null) {
      return changes;
    }
    ArrayNode merged = old.deepCopy();
    for (JsonNode change : changes) {
      int at = indexOf(merged, key, change.path(key));
      boolean delete = change.path(DIRECTIVE).asText().equals("delete");
      if (at >= 0 && delete) {
        merged.remove(at);
      } else if (at >= 0) {
        merged.set(at, apply(merged.get(at), change));
      } else if (!delete) {
        merged.add(withoutDirectives(change));
      }
    }
    return merged;
  }

  private static ArrayNode union(ArrayNode old, ArrayNode changes) {
    ArrayNode union = old.deepCopy();
    for (JsonNode change : changes) {
      if (old.valueStream().noneMatch(change::equals)) {
        union.add(change);
      }
    }
    return union;
  }

  private static int indexOf(ArrayNode list, String key, JsonNode value) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).path(key).equals(value)) {
        return i;
      }
    }
    return -1;
  }

  private static JsonNode withoutDirectives(JsonNode node) {
    JsonNode copy = node.deepCopy();
    if (copy instanceof ObjectNode object) {
      object.remove(
          object.propertyStream().map(Map.Entry::getKey).filter(k -> k.startsWith("$")).toList());
    }
    return copy;
  }
}
