package io.iambridge.server.rehearsal;

import io.iambridge.server.bindings.TargetSessions;
import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Target;
import java.util.Optional;

/**
 * Which mechanism a namespace moves to. A namespace that is there already has it by its mode; else
 * its label {@link Target#LABEL} says it, else what was configured. Where nobody says: IRSA as soon
 * as one service account in use has a role, since a namespace moves as a whole and somebody has
 * begun; else Pod Identity, where the cluster's name is known, which it needs; else IRSA.
 *
 * @param configured {@code --rehearsal-target}; empty for {@code auto}
 * @param clusterKnown whether the server knows its EKS cluster's name
 */
public record TargetChoice(Optional<Target> configured, boolean clusterKnown) {

  /**
   * The mechanism that a namespace moves to.
   *
   * @param mode the namespace's
   */
  public Target of(NamespaceView view, Mode mode) {
    return switch (mode) {
      case IRSA -> Target.IRSA;
      case POD_IDENTITY -> Target.POD_IDENTITY;
      case KIAM, REHEARSE, RETIRED ->
          Optional.ofNullable(view.namespace().labels().get(Target.LABEL))
              .flatMap(Target::ofLabel)
              .or(() -> configured)
              .orElseGet(() -> begun(view) ? Target.IRSA : unbegun());
    };
  }

  private Target unbegun() {
    return clusterKnown ? Target.POD_IDENTITY : Target.IRSA;
  }

  private static boolean begun(NamespaceView view) {
    return view.pods().stream()
        .map(Pod::serviceAccount)
        .distinct()
        .map(view.accounts()::get)
        .anyMatch(account -> account != null && hasRole(account));
  }

  private static boolean hasRole(ServiceAccount account) {
    return !account.annotations().getOrDefault(TargetSessions.ROLE_ARN, "").isEmpty();
  }
}
