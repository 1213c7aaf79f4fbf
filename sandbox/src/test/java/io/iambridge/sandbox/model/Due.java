package io.iambridge.sandbox.model;

import java.util.Optional;
import java.util.Set;

/**
 * What a pod is to be answered.
 *
 * @param status of a request for the role's credentials while all is well; 503 when it cannot be
 *     known yet
 * @param grants any of which it may get: its session's own, and what that falls back to
 */
record Due(int status, Set<Grant> grants) {
  static Due none(int status) {
    return new Due(status, Set.of());
  }

  static Due of(Grant grant) {
    return new Due(200, Set.of(grant));
  }

  static Due of(Grant grant, Optional<Grant> fallback) {
    return fallback
        .map(other -> new Due(200, Set.of(grant, other.insteadOf(grant.wanted()))))
        .orElseGet(() -> of(grant));
  }

  /** Whether it can be told to the pod's agent. */
  boolean isKnown() {
    return status != 503;
  }
}
