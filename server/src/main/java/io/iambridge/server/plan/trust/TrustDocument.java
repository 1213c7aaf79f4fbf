package io.iambridge.server.plan.trust;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A trust policy. Never changes; everything in it that is not ours stays as it is. */
public final class TrustDocument {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();
  // Always a line feed: the same plan is the same bytes on every system.
  private static final ObjectWriter PRETTY =
      JSON.writer(
          new DefaultPrettyPrinter()
              .withObjectIndenter(new DefaultIndenter("  ", "\n"))
              .withArrayIndenter(new DefaultIndenter("  ", "\n")));
  private static final String VERSION = "2012-10-17";

  private final ObjectNode root;

  private TrustDocument(ObjectNode root) {
    this.root = root;
  }

  /**
   * Reads a policy.
   *
   * @throws IllegalArgumentException when it is no policy; the message says why
   */
  public static TrustDocument parse(String json) {
    try {
      if (!(JSON.readTree(json) instanceof ObjectNode root) || !root.has("Statement")) {
        throw new IllegalArgumentException("not a policy with a Statement");
      }
      for (JsonNode statement : array(root.get("Statement"))) {
        if (!statement.isObject()) {
          throw new IllegalArgumentException("a Statement is not an object");
        }
      }
      return new TrustDocument(root);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A policy that trusts nobody yet. */
  public static TrustDocument empty() {
    ObjectNode root = JSON.createObjectNode();
    root.put("Version", VERSION).putArray("Statement");
    return new TrustDocument(root);
  }

  static ObjectNode newObject() {
    return JSON.createObjectNode();
  }

  /** Copies of its statements. */
  List<Statement> statements() {
    List<Statement> statements = new ArrayList<>();
    for (JsonNode statement : array(root.get("Statement"))) {
      statements.add(new Statement(statement.deepCopy()));
    }
    return statements;
  }

  TrustDocument with(List<Statement> statements) {
    ObjectNode changed = root.deepCopy();
    ArrayNode array = JSON.createArrayNode();
    statements.forEach(statement -> array.add(statement.node()));
    changed.set("Statement", array);
    return new TrustDocument(changed);
  }

  /** Without these principals, and without the statements that then trust nobody. */
  public TrustDocument without(Set<String> awsPrincipals) {
    List<Statement> kept = new ArrayList<>();
    for (Statement statement : statements()) {
      List<String> left = new ArrayList<>(statement.principals("AWS"));
      if (!left.removeIf(awsPrincipals::contains)) {
        kept.add(statement);
        continue;
      }
      ObjectNode node = statement.node();
      if (node.get("Principal") instanceof ObjectNode principal) {
        if (left.isEmpty()) {
          principal.remove("AWS");
        } else {
          Statement.put(principal, "AWS", left);
        }
        if (!principal.isEmpty()) {
          kept.add(statement);
        }
      }
    }
    return with(kept);
  }

  /** Whether nobody is trusted; IAM takes no such policy. */
  public boolean isEmpty() {
    return statements().isEmpty();
  }

  /** Whether an Allow names the principal. */
  public boolean trusts(String awsPrincipal) {
    return statements().stream()
        .anyMatch(
            statement -> statement.allows() && statement.principals("AWS").contains(awsPrincipal));
  }

  /** Whether it has every statement of another one, in whatever form. */
  public boolean hasAll(TrustDocument other) {
    return Former.plain(this).containsAll(Former.plain(other));
  }

  /** Whether any statement denies. */
  public boolean denies() {
    return statements().stream().anyMatch(Statement::denies);
  }

  /** The keys of conditions of statements that name one of the principals. */
  public List<String> conditionKeys(Set<String> awsPrincipals) {
    return statements().stream()
        .filter(statement -> statement.principals("AWS").stream().anyMatch(awsPrincipals::contains))
        .flatMap(statement -> statement.conditionKeys().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * Its characters without white space, as IAM counts them. White space within texts is counted,
   * which IAM may or may not do; policies hardly have any.
   */
  public int size() {
    return root.toString().length();
  }

  /** The policy as a tree of its own. */
  public ObjectNode json() {
    return root.deepCopy();
  }

  /** For a file: indented, with a line feed at the end. */
  public String text() {
    return text(root);
  }

  /** Any JSON in the same form. */
  public static String text(JsonNode json) {
    try {
      return PRETTY.writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ArrayNode array(JsonNode statement) {
    return statement instanceof ArrayNode array ? array : JSON.createArrayNode().add(statement);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrustDocument document && document.root.equals(root);
  }

  @Override
  public int hashCode() {
    return root.hashCode();
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
