package io.iambridge.server.rehearsal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Looks into a trust policy for why STS would not let a service account in, since STS tells a wrong
 * subject and a wrong audience by the same words. Knows the conditions that such policies have;
 * whatever else there is, it leaves open.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html">IAM
 *     JSON policy elements</a>
 */
public enum TrustReading {
  /** No statement allows AssumeRoleWithWebIdentity to the cluster's OIDC provider. */
  NO_STATEMENT,
  /** There is one, but not for this subject. */
  OTHER_SUBJECT,
  /** There is one for this subject, but not for this audience. */
  OTHER_AUDIENCE,
  /** It has what is needed, or something that is not understood here. */
  OPEN;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ACTION = "sts:assumerolewithwebidentity";

  /**
   * Reads a policy.
   *
   * @param issuer of the cluster, {@code https://…}
   * @param subject {@code system:serviceaccount:NAMESPACE:NAME}
   */
  public static TrustReading of(String policy, String issuer, String subject, String audience) {
    JsonNode document;
    try {
      document = JSON.readTree(policy);
    } catch (JsonProcessingException e) {
      return OPEN;
    }
    String provider = host(issuer);
    TrustReading best = NO_STATEMENT;
    for (JsonNode statement : list(document.path("Statement"))) {
      if (isFor(statement, provider)) {
        TrustReading one = conditions(statement.path("Condition"), provider, subject, audience);
        best = one.compareTo(best) > 0 ? one : best;
      }
    }
    return best;
  }

  /** An issuer as IAM names it: without the scheme. */
  static String host(String issuer) {
    return issuer.replaceFirst("^https?://", "");
  }

  private static boolean isFor(JsonNode statement, String provider) {
    return statement.path("Effect").asText().equals("Allow")
        && list(statement.path("Action")).stream()
            .anyMatch(action -> like(action.asText().toLowerCase(Locale.ROOT), ACTION))
        && list(statement.path("Principal").path("Federated")).stream()
            .anyMatch(arn -> arn.asText().endsWith(":oidc-provider/" + provider));
  }

  private static TrustReading conditions(
      JsonNode condition, String provider, String subject, String audience) {
    if (!holds(condition, provider + ":sub", subject)) {
      return OTHER_SUBJECT;
    }
    return holds(condition, provider + ":aud", audience) ? OPEN : OTHER_AUDIENCE;
  }

  /** All conditions on the key have to hold; each is true for one of its values. */
  private static boolean holds(JsonNode condition, String key, String value) {
    for (Map.Entry<String, JsonNode> operator : condition.properties()) {
      Optional<JsonNode> wanted =
          operator.getValue().properties().stream()
              .filter(entry -> entry.getKey().equalsIgnoreCase(key))
              .map(Map.Entry::getValue)
              .findFirst();
      if (wanted.isPresent() && !holds(operator.getKey(), list(wanted.get()), value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(String operator, List<JsonNode> wanted, String value) {
    return switch (operator.replaceFirst("^ForAnyValue:", "").replaceFirst("IfExists$", "")) {
      case "StringEquals" -> wanted.stream().anyMatch(one -> one.asText().equals(value));
      case "StringLike" -> wanted.stream().anyMatch(one -> like(one.asText(), value));
      default -> true;
    };
  }

  /** IAM's wildcards, in linear steps for each star: whoever owns the role wrote the pattern. */
  private static boolean like(String pattern, String text) {
    int at = 0;
    int next = 0;
    int star = -1;
    int textAtStar = 0;
    while (at < text.length()) {
      if (next < pattern.length() && pattern.charAt(next) == '*') {
        star = next++;
        textAtStar = at;
      } else if (next < pattern.length()
          && (pattern.charAt(next) == '?' || pattern.charAt(next) == text.charAt(at))) {
        next++;
        at++;
      } else if (star >= 0) {
        next = star + 1;
        at = ++textAtStar;
      } else {
        return false;
      }
    }
    while (next < pattern.length() && pattern.charAt(next) == '*') {
      next++;
    }
    return next == pattern.length();
  }

  private static List<JsonNode> list(JsonNode node) {
    if (node.isArray()) {
      List<JsonNode> all = new ArrayList<>();
      node.forEach(all::add);
      return all;
    }
    return node.isMissingNode() ? List.of() : List.of(node);
  }
}
