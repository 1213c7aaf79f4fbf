package io.iambridge.sandbox.migration;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.iambridge.sandbox.kubernetes.TokenPermissions;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a cluster makes of Roles, as far as the server's tokens go: the embedded API asks nobody who
 * he is, and has permissions of its own for them.
 */
final class TokenRights {
  /** As {@code migration plan} has it where nobody says otherwise. */
  private static final String SERVER_NAMESPACE = "kube-system";

  private static final String SERVER = "iambridge-server";

  private final TokenPermissions permissions;

  TokenRights(TokenPermissions permissions) {
    this.permissions = permissions;
  }

  /** Objects of one file, which hold a Role and its binding. */
  void applied(List<HasMetadata> objects) {
    granted(objects, permissions::permitIn);
  }

  /** The same, and they are no more. */
  void deleted(List<HasMetadata> objects) {
    granted(objects, permissions::denyIn);
  }

  /** The namespaces in which the server may create tokens by what is there. */
  private static void granted(List<HasMetadata> objects, Consumer<String> each) {
    for (HasMetadata object : objects) {
      if (object instanceof RoleBinding binding && bindsServer(binding)) {
        String namespace = binding.getMetadata().getNamespace();
        boolean creates =
            objects.stream()
                .filter(other -> other instanceof Role)
                .filter(role -> role.getMetadata().getNamespace().equals(namespace))
                .filter(role -> role.getMetadata().getName().equals(binding.getRoleRef().getName()))
                .anyMatch(role -> ((Role) role).getRules().stream().anyMatch(TokenRights::creates));
        if (creates) {
          each.accept(namespace);
        }
      }
    }
  }

  private static boolean bindsServer(RoleBinding binding) {
    return binding.getRoleRef().getKind().equals("Role")
        && binding.getSubjects().stream().anyMatch(TokenRights::isServer);
  }

  private static boolean isServer(Subject subject) {
    return subject.getKind().equals("ServiceAccount")
        && subject.getNamespace().equals(SERVER_NAMESPACE)
        && subject.getName().equals(SERVER);
  }

  private static boolean creates(PolicyRule rule) {
    return rule.getApiGroups().contains("")
        && rule.getResources().contains("serviceaccounts/token")
        && rule.getVerbs().contains("create");
  }
}
