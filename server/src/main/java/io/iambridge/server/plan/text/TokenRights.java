package io.iambridge.server.plan.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.tokens.AccountName;
import java.util.List;

/**
 * Writes what lets the server create tokens in one namespace (Kubernetes, "Using RBAC
 * Authorization": a subresource is a resource's name, a slash and its own).
 */
final class TokenRights {
  private static final String NAME = "iambridge-tokens";

  private TokenRights() {}

  /** A Role and its binding. */
  static String of(String namespace, AccountName server) {
    ObjectNode role = object("Role", namespace);
    ObjectNode rule = role.putArray("rules").addObject();
    // The group of what is Kubernetes' own has no name.
    rule.putArray("apiGroups").add("");
    rule.putArray("resources").add("serviceaccounts/token");
    rule.putArray("verbs").add("create");
    ObjectNode binding = object("RoleBinding", namespace);
    binding
        .putObject("roleRef")
        .put("apiGroup", Manifests.RBAC)
        .put("kind", "Role")
        .put("name", NAME);
    binding
        .putArray("subjects")
        .addObject()
        .put("kind", "ServiceAccount")
        .put("name", server.name())
        .put("namespace", server.namespace());
    return Yaml.text(List.of(role, binding));
  }

  private static ObjectNode object(String kind, String namespace) {
    ObjectNode object = Yaml.object(Manifests.RBAC + "/v1", kind);
    object.putObject("metadata").put("name", NAME).put("namespace", namespace);
    return object;
  }
}
