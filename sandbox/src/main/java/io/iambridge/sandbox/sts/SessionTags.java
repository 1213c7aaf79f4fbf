package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tags that a request gives a session, within the limits of the IAM User Guide ("Pass session
 * tags in AWS STS").
 */
record SessionTags(Map<String, String> values) {
  private static final int MOST = 50;
  private static final int LONGEST_KEY = 128;
  private static final int LONGEST_VALUE = 256;
  private static final Pattern TEXT = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");

  SessionTags {
    values = Map.copyOf(values);
  }

  static SessionTags of(Parameters parameters) throws QueryException {
    List<String> keys = parameters.list("Tags", "Key");
    List<String> texts = parameters.list("Tags", "Value");
    if (keys.size() != texts.size()) {
      throw QueryException.constraint("null", "tags.member.value", "not be null");
    }
    if (keys.size() > MOST) {
      throw QueryException.constraint(
          "'" + keys + "'", "tags", "have length less than or equal to " + MOST);
    }
    Map<String, String> tags = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      Parameters.check("tags.member.key", key, 1, LONGEST_KEY, TEXT);
      Parameters.check("tags.member.value", texts.get(i), 0, LONGEST_VALUE, TEXT);
      if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
        throw invalid("Tag keys may not start with the reserved prefix aws:");
      }
      if (!seen.add(key.toLowerCase(Locale.ROOT))) {
        throw invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
      tags.put(key, texts.get(i));
    }
    for (String transitive : parameters.list("TransitiveTagKeys")) {
      if (!seen.contains(transitive.toLowerCase(Locale.ROOT))) {
        throw invalid("The specified transitive tag key must be included in the requested tags.");
      }
    }
    return new SessionTags(tags);
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /** Adds what conditions may ask of them. */
  void addTo(Map<String, String> context) {
    values.forEach((key, value) -> context.put("aws:RequestTag/" + key, value));
  }

  private static QueryException invalid(String message) {
    return new QueryException(400, "InvalidParameterValue", message);
  }
}
