package io.iambridge.server.callers;

import io.iambridge.server.bindings.Decision;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.modes.ModeDecision;
import io.iambridge.server.targets.Finding;
import java.util.Optional;

/**
 * A pod and what it may have now.
 *
 * @param pod the pod
 * @param entitlement what it may have
 * @param mode the mode that decided
 * @param fellBack why it is bound as in mode {@code kiam} though its mode says otherwise; empty
 *     when it is not
 */
public record PodBinding(
    Pod pod, Entitlement entitlement, ModeDecision mode, Optional<Finding> fellBack) {
  /** Decided in kiam's way. */
  public PodBinding(Pod pod, Entitlement entitlement) {
    this(pod, entitlement, ModeDecision.KIAM, Optional.empty());
  }

  /** Empty while it is not decided what the pod may have. */
  static Optional<PodBinding> of(Pod pod, Decision decision) {
    return decision
        .entitlement()
        .map(entitlement -> new PodBinding(pod, entitlement, decision.mode(), decision.fellBack()));
  }

  /** Whether the pod may have the same, for the same reason. */
  boolean saysTheSame(PodBinding other) {
    return entitlement.equals(other.entitlement) && fellBack.equals(other.fellBack);
  }
}
