package io.iambridge.server.plan.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One statement of a trust policy, read as IAM reads it. */
record Statement(ObjectNode node) {

  String sid() {
    return node.path("Sid").asText("");
  }

  boolean allows() {
    return node.path("Effect").asText("").equals("Allow");
  }

  boolean denies() {
    return node.path("Effect").asText("").equals("Deny");
  }

  /** The principals of a kind: {@code AWS}, {@code Federated}, {@code Service}. */
  List<String> principals(String kind) {
    JsonNode principal = node.path("Principal");
    return principal.isTextual() && kind.equals("AWS")
        ? List.of(principal.asText())
        : texts(principal.path(kind));
  }

  List<String> actions() {
    return texts(node.path("Action"));
  }

  /** Whether it lets the principal do all of this, as far as can be told: not when in doubt. */
  boolean admits(String kind, String principal, Set<String> actions, Map<String, String> context) {
    return allows()
        && principals(kind).contains(principal)
        && actions.stream().allMatch(this::hasAction)
        && conditionsHold(context);
  }

  /** IAM compares actions without case, and takes wildcards in them. */
  private boolean hasAction(String action) {
    return actions().stream()
        .anyMatch(present ->
            Wildcard.matches(present.toLowerCase(Locale.ROOT), action.toLowerCase(Locale.ROOT)));
  }

  private boolean conditionsHold(Map<String, String> context) {
    for (Map.Entry<String, JsonNode> operator : node.path("Condition").properties()) {
      for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
        if (!holds(operator.getKey(), texts(key.getValue()), value(context, key.getKey()))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Condition keys have no case. A key that the request does not have never holds. */
  private static String value(Map<String, String> context, String key) {
    return context.entrySet().stream()
        .filter(entry -> entry.getKey().equalsIgnoreCase(key))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private static boolean holds(String operator, List<String> wanted, String value) {
    if (value.isEmpty()) {
      return false;
    }
    return switch (operator) {
      case "StringEquals", "ArnEquals" -> wanted.contains(value);
      // A wildcard of an ARN does not pass a colon; those are not for us to write or to judge.
      case "ArnLike" -> wanted.stream().anyMatch(one -> !Wildcard.isIn(one) && one.equals(value));
      case "StringLike" -> wanted.stream().anyMatch(one -> Wildcard.matches(one, value));
      default -> false;
    };
  }

  /** Keys of all conditions, as they are written. */
  List<String> conditionKeys() {
    List<String> keys = new ArrayList<>();
    for (Map.Entry<String, JsonNode> operator : node.path("Condition").properties()) {
      operator.getValue().fieldNames().forEachRemaining(keys::add);
    }
    return keys;
  }

  /** The values of a condition. */
  List<String> condition(String operator, String key) {
    return texts(node.path("Condition").path(operator).path(key));
  }

  /** One text or an array of them: IAM makes no difference. */
  static List<String> texts(JsonNode value) {
    if (value.isTextual()) {
      return List.of(value.asText());
    }
    List<String> texts = new ArrayList<>();
    value.forEach(one -> texts.add(one.asText()));
    return texts;
  }

  /** One value as itself, several as an array, as people write it and IAM gives it back. */
  static void put(ObjectNode object, String field, List<String> values) {
    if (values.size() == 1) {
      object.put(field, values.getFirst());
    } else {
      ArrayNode array = object.putArray(field);
      values.forEach(array::add);
    }
  }
}
