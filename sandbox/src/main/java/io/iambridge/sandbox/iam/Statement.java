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
    return applies(action, context)
        ? principals.stream()
            .map(principal -> principal.names(caller))
            .max(Naming::compareTo)
            .orElse(Naming.NOT)
        : Naming.NOT;
  }

  /** Whether it is about a service or a federated identity; one that denies may name everybody. */
  boolean names(TrustedPrincipal.NotAws principal, String action, Map<String, String> context) {
    boolean named =
        principals.contains(principal)
            || (effect == Effect.DENY && principals.contains(new TrustedPrincipal.Anyone()));
    return named && applies(action, context);
  }

  private boolean applies(String action, Map<String, String> context) {
    return actions.stream().anyMatch(pattern -> covers(pattern, action))
        && conditions.stream().allMatch(condition -> condition.holds(context));
  }

  private static boolean covers(String pattern, String action) {
    // Action names are not case-sensitive in IAM.
    return Condition.glob(pattern.toLowerCase(Locale.ROOT))
        .matcher(action.toLowerCase(Locale.ROOT))
        .matches();
  }
}
