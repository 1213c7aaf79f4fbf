package io.iambridge.sandbox.iam;

import io.iambridge.sandbox.iam.TrustedPrincipal.Naming;
import java.util.List;
import java.util.Map;

/** A role's trust policy: who may assume it, and under which conditions. */
public final class TrustPolicy {

  private final List<Statement> statements;

  TrustPolicy(List<Statement> statements) {
    this.statements = List.copyOf(statements);
  }

  /**
   * Reads a policy document.
   *
   * @throws IllegalArgumentException when it is malformed, or has an element that the sandbox does
   *     not know: an element left aside could make it more permissive than AWS
   */
  public static TrustPolicy parse(String json) {
    return new TrustPolicy(PolicyReader.read(json));
  }

  /** The usual policy: these principals (accounts, users, roles) may assume the role. */
  public static TrustPolicy trusting(String... principals) {
    return new TrustPolicy(
        List.of(
            new Statement(
                Statement.Effect.ALLOW,
                List.of(principals).stream().map(TrustedPrincipal::aws).toList(),
                List.of("sts:AssumeRole"),
                List.of())));
  }

  /** How an Allow names the caller; an explicit Deny wins over every Allow. */
  Naming names(String action, Principal caller, Map<String, String> context) {
    Naming strongest = Naming.NOT;
    for (Statement statement : statements) {
      Naming naming = statement.names(action, caller, context);
      if (naming == Naming.NOT) {
        continue;
      }
      if (statement.effect() == Statement.Effect.DENY) {
        return Naming.NOT;
      }
      strongest = naming.compareTo(strongest) > 0 ? naming : strongest;
    }
    return strongest;
  }

  /** Whether a service of AWS may do it: no principal but the service itself counts. */
  boolean allowsService(String action, String service) {
    boolean allowed = false;
    for (Statement statement : statements) {
      if (statement.namesService(action, service)) {
        if (statement.effect() == Statement.Effect.DENY) {
          return false;
        }
        allowed = true;
      }
    }
    return allowed;
  }

  @Override
  public String toString() {
    return "TrustPolicy" + statements;
  }
}
