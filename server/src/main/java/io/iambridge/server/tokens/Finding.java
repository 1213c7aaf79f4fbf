package io.iambridge.server.tokens;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.callers.PodBinding;
import java.time.Instant;

/** Whose token it is. */
public sealed interface Finding {

  /** This pod's, on the agent's node. */
  record Found(PodBinding binding, Instant tokenExpiration) implements Finding {}

  /**
   * Nobody's who may be answered.
   *
   * @param message one line that the pod may see
   */
  record Refused(Reason reason, String message) implements Finding {}
}
