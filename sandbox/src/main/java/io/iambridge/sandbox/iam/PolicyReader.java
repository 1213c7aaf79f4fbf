package io.iambridge.sandbox.iam;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads trust policy documents, and refuses what it does not know. */
final class PolicyReader {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();
  private static final Set<String> DOCUMENT = Set.of("Version", "Id", "Statement");
  private static final Set<String> STATEMENT =
      Set.of("Sid", "Effect", "Principal", "Action", "Condition");

  private static final Set<String> ANY_VALUE =
      Set.of("ForAnyValue:StringEquals", "ForAnyValue:StringLike");

  private PolicyReader() {}

  static List<Statement> read(String json) {
    JsonNode document;
    try {
      document = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw malformed("not JSON: " + e.getOriginalMessage());
    }
    onlyKnown(document, DOCUMENT);
    List<Statement> statements =
        many(document.path("Statement")).map(PolicyReader::statement).toList();
    if (statements.isEmpty()) {
      throw malformed("no Statement");
    }
    return statements;
  }

  private static Statement statement(JsonNode node) {
    onlyKnown(node, STATEMENT);
    Statement.Effect effect =
        switch (node.path("Effect").asText()) {
          case "Allow" -> Statement.Effect.ALLOW;
          case "Deny" -> Statement.Effect.DENY;
          default -> throw malformed("Effect is neither Allow nor Deny");
        };
    List<String> actions = texts(node.path("Action"));
    List<TrustedPrincipal> principals = principals(node.path("Principal"));
    if (actions.isEmpty() || principals.isEmpty()) {
      throw malformed("a statement needs Principal and Action");
    }
    return new Statement(effect, principals, actions, conditions(node.path("Condition")));
  }

  private static List<TrustedPrincipal> principals(JsonNode node) {
    if (node.isTextual()) {
      return List.of(TrustedPrincipal.aws(node.asText()));
    }
    List<TrustedPrincipal> principals = new ArrayList<>();
    for (Map.Entry<String, JsonNode> type : node.properties()) {
      for (String value : texts(type.getValue())) {
        principals.add(
            switch (type.getKey()) {
              case "AWS" -> TrustedPrincipal.aws(value);
              case "Service", "Federated", "CanonicalUser" ->
                  new TrustedPrincipal.NotAws(type.getKey(), value);
              default -> throw malformed("unknown kind of principal: " + type.getKey());
            });
      }
    }
    return principals;
  }

  private static List<Condition> conditions(JsonNode node) {
    List<Condition> conditions = new ArrayList<>();
    for (Map.Entry<String, JsonNode> operator : node.properties()) {
      for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
        conditions.add(
            new Condition(operator(operator.getKey()), key.getKey(), texts(key.getValue())));
      }
    }
    return conditions;
  }

  private static Condition.Operator operator(String text) {
    // Of one value, any is the value itself; so it says in trust policies that name an audience.
    String name = ANY_VALUE.contains(text) ? text.substring(text.indexOf(':') + 1) : text;
    return List.of(Condition.Operator.values()).stream()
        .filter(operator -> operator.name().equals(name))
        .findFirst()
        .orElseThrow(() -> malformed("the sandbox has no condition operator " + text));
  }

  private static Stream<JsonNode> many(JsonNode node) {
    return node.isArray()
        ? StreamSupport.stream(node.spliterator(), /* parallel= */ false)
        : node.isMissingNode() ? Stream.empty() : Stream.of(node);
  }

  private static List<String> texts(JsonNode node) {
    return many(node)
        .map(value -> {
          if (!value.isTextual()) {
            throw malformed("not a text: " + value);
          }
          return value.asText();
        })
        .toList();
  }

  private static void onlyKnown(JsonNode node, Set<String> known) {
    if (!node.isObject()) {
      throw malformed("not an object: " + node.getNodeType().name().toLowerCase(Locale.ROOT));
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!known.contains(field.getKey())) {
        throw malformed("the sandbox does not know the element " + field.getKey());
      }
    }
  }

  private static IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException("MalformedPolicyDocument: " + why);
  }
}
