package io.iambridge.sandbox.iam;

import io.iambridge.sandbox.iam.TrustedPrincipal.Naming;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One statement of a trust policy. */
record Statement(
    Effect effect,
    List<TrustedPrincipal> principals,
    List<String> actions,
    List<Condition> conditions) {

  enum Effect {
    ALLOW,
    DENY
  }

  Statement {
    principals = List.copyOf(principals);
    actions = List.copyOf(actions);
    conditions = List.copyOf(conditions);
  }

  /** How the statement names the caller, when all else of it applies to the request. */
  Naming names(String action, Principal caller, Map<String, String> context) {
    boolean applies =
        actions.stream().anyMatch(pattern -> covers(pattern, action))
            && conditions.stream().allMatch(condition -> condition.holds(context));
    return applies
        ? principals.stream()
            .map(principal -> principal.names(caller))
            .max(Naming::compareTo)
            .orElse(Naming.NOT)
        : Naming.NOT;
  }

  boolean namesService(String action, String service) {
    return actions.stream().anyMatch(pattern -> covers(pattern, action))
        && conditions.stream().allMatch(condition -> condition.holds(Map.of()))
        && principals.contains(new TrustedPrincipal.NotAws("Service", service));
  }

  private static boolean covers(String pattern, String action) {
    // Action names are not case-sensitive in IAM.
    return Condition.glob(pattern.toLowerCase(Locale.ROOT))
        .matcher(action.toLowerCase(Locale.ROOT))
        .matches();
  }
}
