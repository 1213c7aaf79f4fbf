package io.iambridge.sandbox.iam;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** One line of a policy's Condition block: a key of the request and the values it may have. */
record Condition(Operator operator, String key, List<String> values) {
  private static final int ARN_PARTS = 6;

  enum Operator {
    StringEquals,
    StringNotEquals,
    StringLike,
    StringNotLike,
    ArnEquals,
    ArnLike;

    boolean negated() {
      return this == StringNotEquals || this == StringNotLike;
    }

    boolean matches(String pattern, String actual) {
      return switch (this) {
        case StringEquals, StringNotEquals -> pattern.equals(actual);
        case StringLike, StringNotLike -> glob(pattern).matcher(actual).matches();
        case ArnEquals, ArnLike -> arnMatches(pattern, actual);
      };
    }
  }

  /** Both operators take wildcards, but none that reaches over a colon of the first five. */
  private static boolean arnMatches(String pattern, String actual) {
    String[] patterns = pattern.split(":", ARN_PARTS);
    String[] parts = actual.split(":", ARN_PARTS);
    return patterns.length == parts.length
        && IntStream.range(0, parts.length)
            .allMatch(i -> glob(patterns[i]).matcher(parts[i]).matches());
  }

  Condition {
    values = List.copyOf(values);
  }

  /**
   * Whether the request fulfils it. A key that the request does not have fulfils only negated
   * operators, as in IAM ("Condition operators", IAM user guide).
   */
  boolean holds(Map<String, String> context) {
    // Condition keys are not case-sensitive in IAM, their values are.
    String actual =
        context.entrySet().stream()
            .filter(entry -> entry.getKey().equalsIgnoreCase(key))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
    if (actual == null) {
      return operator.negated();
    }
    boolean any = values.stream().anyMatch(value -> operator.matches(value, actual));
    return any != operator.negated();
  }

  /** A pattern with {@code *} and {@code ?}, for the whole text. */
  static Pattern glob(String text) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
