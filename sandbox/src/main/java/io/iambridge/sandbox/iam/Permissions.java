package io.iambridge.sandbox.iam;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The identity-based policies of users and roles: which action each may do on what. */
final class Permissions {
  private record Grant(Arn principal, String action) {}

  private final Map<Grant, List<String>> resources = new ConcurrentHashMap<>();

  /** Replaces what the principal had for the action. */
  void put(String principalArn, String action, String... resourcePatterns) {
    resources.put(grant(Arn.parse(principalArn), action), List.of(resourcePatterns));
  }

  boolean allow(Principal principal, String action, String resource) {
    return resources.getOrDefault(grant(principal.identity(), action), List.of()).stream()
        .anyMatch(pattern -> Condition.glob(pattern).matcher(resource).matches());
  }

  /** Action names are not case-sensitive in IAM. */
  private static Grant grant(Arn principal, String action) {
    return new Grant(principal, action.toLowerCase(Locale.ROOT));
  }
}
