package io.iambridge.server.plan.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a policy as {@code aws_iam_policy_document}. */
final class TerraformPolicy {
  private static final String TYPE = "aws_iam_policy_document";

  private TerraformPolicy() {}

  static String reference(String name) {
    return "data." + TYPE + "." + name + ".json";
  }

  static void write(Hcl hcl, String name, JsonNode policy) {
    hcl.open("data", TYPE, name);
    if (policy.has("Version")) {
      hcl.put("version", policy.get("Version").asText());
    }
    JsonNode statements = policy.path("Statement");
    if (statements.isObject()) {
      statement(hcl, statements);
    } else {
      statements.forEach(statement -> statement(hcl, statement));
    }
    hcl.close();
  }

  private static void statement(Hcl hcl, JsonNode statement) {
    hcl.open("statement");
    if (statement.has("Sid")) {
      hcl.put("sid", statement.get("Sid").asText());
    }
    hcl.put("effect", statement.path("Effect").asText());
    texts(hcl, "actions", statement.path("Action"));
    texts(hcl, "not_actions", statement.path("NotAction"));
    texts(hcl, "resources", statement.path("Resource"));
    principals(hcl, "principals", statement.path("Principal"));
    principals(hcl, "not_principals", statement.path("NotPrincipal"));
    for (Map.Entry<String, JsonNode> operator : statement.path("Condition").properties()) {
      for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
        hcl.open("condition")
            .put("test", operator.getKey())
            .put("variable", key.getKey())
            .put("values", texts(key.getValue()))
            .close();
      }
    }
    hcl.close();
  }

  private static void texts(Hcl hcl, String name, JsonNode value) {
    if (!value.isMissingNode()) {
      hcl.put(name, texts(value));
    }
  }

  private static void principals(Hcl hcl, String block, JsonNode principal) {
    if (principal.isTextual()) {
      hcl.open(block).put("type", "*").put("identifiers", List.of(principal.asText())).close();
    }
    for (Map.Entry<String, JsonNode> kind : principal.properties()) {
      hcl.open(block).put("type", kind.getKey()).put("identifiers", texts(kind.getValue())).close();
    }
  }

  private static List<String> texts(JsonNode value) {
    List<String> texts = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(one -> texts.add(one.asText()));
    } else {
      texts.add(value.asText());
    }
    return texts;
  }
}
