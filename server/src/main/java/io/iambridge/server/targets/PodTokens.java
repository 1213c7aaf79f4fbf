package io.iambridge.server.targets;

import io.iambridge.server.credentials.PodAccount;

/** Gets tokens of pods' service accounts. They are secrets, and no longer kept than one call. */
@FunctionalInterface
public interface PodTokens {
  /**
   * A new token of the pod's service account, bound to the pod; blocks, for a bounded time.
   *
   * @param audience whom it is for
   * @throws TargetException when Kubernetes gives none
   */
  String mint(PodAccount pod, String audience) throws TargetException;
}
