package io.iambridge.sandbox.iam;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.sandbox.iam.TrustedPrincipal.Naming;
import java.util.List;
import java.util.Map;

/** A role's trust policy: who may assume it, and under which conditions. */
public final class TrustPolicy {

  private final String json;
  private final List<Statement> statements;

  private TrustPolicy(String json) {
    this.json = json;
    this.statements = List.copyOf(PolicyReader.read(json));
  }

  /**
   * Reads a policy document.
   *
   * @throws IllegalArgumentException when it is malformed, or has an element that the sandbox does
   *     not know: an element left aside could make it more permissive than AWS
   */
  public static TrustPolicy parse(String json) {
    return new TrustPolicy(json);
  }

  /** The usual policy: these principals (accounts, users, roles) may assume the role. */
  public static TrustPolicy trusting(String... principals) {
    ObjectNode policy = JsonNodeFactory.instance.objectNode().put("Version", "2012-10-17");
    ObjectNode statement =
        policy
            .putArray("Statement")
            .addObject()
            .put("Effect", "Allow")
            .put("Action", "sts:AssumeRole");
    ArrayNode named = statement.putObject("Principal").putArray("AWS");
    List.of(principals).forEach(named::add);
    return parse(policy.toString());
  }

  /** The document as it was written. */
  public String json() {
    return json;
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

  /**
   * Whether a principal that does not sign, a service or a federated identity, may do it: no
   * statement counts that allows it to everybody, since AWS warns of those rather than grants them.
   */
  boolean allows(TrustedPrincipal.NotAws principal, String action, Map<String, String> context) {
    boolean allowed = false;
    for (Statement statement : statements) {
      if (statement.names(principal, action, context)) {
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
