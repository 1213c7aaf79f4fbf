package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Label and field selectors. */
final class Selector {

  private static final Pattern SET =
      Pattern.compile("\\s*([^\\s!=,()]+)\\s+(in|notin)\\s+\\(([^)]*)\\)\\s*");
  private static final Pattern EQUALITY =
      Pattern.compile("\\s*([^\\s!=,()]+)\\s*(==|=|!=)\\s*([^\\s!=,()]*)\\s*");
  private static final Pattern EXISTS = Pattern.compile("\\s*(!?)\\s*([^\\s!=,()]+)\\s*");

  /** A comma that is not inside parentheses. */
  private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");

  private Selector() {}

  /** What objects both selectors let through; an empty selector lets all through. */
  static Predicate<JsonNode> of(String labels, String fields) throws ApiException {
    List<Predicate<JsonNode>> all = new ArrayList<>();
    for (String term : terms(labels)) {
      all.add(label(term));
    }
    for (String term : terms(fields)) {
      all.add(field(term));
    }
    return object -> all.stream().allMatch(one -> one.test(object));
  }

  private static List<String> terms(String selector) {
    return selector.isBlank() ? List.of() : Arrays.asList(COMMA.split(selector, -1));
  }

  private static Predicate<JsonNode> label(String term) throws ApiException {
    Matcher set = SET.matcher(term);
    if (set.matches()) {
      List<String> values = Arrays.asList(set.group(3).strip().split("\\s*,\\s*", -1));
      boolean in = set.group(2).equals("in");
      return object -> values.contains(text(labelOf(object, set.group(1)))) == in;
    }
    Matcher equality = EQUALITY.matcher(term);
    if (equality.matches()) {
      boolean equal = !equality.group(2).equals("!=");
      String value = equality.group(3);
      // A missing label differs from every value, even from the empty one.
      return object -> {
        JsonNode label = labelOf(object, equality.group(1));
        return (!label.isMissingNode() && text(label).equals(value)) == equal;
      };
    }
    Matcher exists = EXISTS.matcher(term);
    if (exists.matches()) {
      boolean present = exists.group(1).isEmpty();
      return object -> labelOf(object, exists.group(2)).isMissingNode() != present;
    }
    throw ApiException.badRequest("unable to parse requirement: " + term);
  }

  private static Predicate<JsonNode> field(String term) throws ApiException {
    Matcher equality = EQUALITY.matcher(term);
    if (!equality.matches()) {
      throw ApiException.badRequest("invalid field selector: " + term);
    }
    String path = "/" + equality.group(1).replace('.', '/');
    boolean equal = !equality.group(2).equals("!=");
    return object -> text(object.at(path)).equals(equality.group(3)) == equal;
  }

  private static JsonNode labelOf(JsonNode object, String name) {
    return object.path("metadata").path("labels").path(name);
  }

  private static String text(JsonNode value) {
    return value.asText("");
  }
}
