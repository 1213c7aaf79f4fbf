package io.iambridge.server.bindings;

import io.iambridge.server.modes.ModeDecision;
import io.iambridge.server.targets.Finding;
import java.util.Optional;

/**
 * What was decided about a pod.
 *
 * @param mode the mode that decided
 * @param entitlement what it may have; empty while that hangs on its service account and that has
 *     not been seen
 * @param fellBack why it is bound as in mode {@code kiam} though its mode says otherwise; empty
 *     when it is not
 */
public record Decision(
    ModeDecision mode, Optional<Entitlement> entitlement, Optional<Finding> fellBack) {
  static Decision of(ModeDecision mode, Entitlement entitlement) {
    return new Decision(mode, Optional.of(entitlement), Optional.empty());
  }
}
