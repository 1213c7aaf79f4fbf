package io.iambridge.server.tokens;

import java.time.Instant;
import java.util.Optional;

/** What Kubernetes says of a token. */
public sealed interface Review {

  /**
   * It is good, for our audience, and bound to a pod that exists.
   *
   * @param podUid the pod it is bound to
   * @param node the node that pod is on; empty from Kubernetes before 1.30, which does not say
   * @param expiration when the token ends
   */
  record Authentic(String podUid, Optional<String> node, Instant expiration) implements Review {
    /** Checks that it is bound to a pod at all. */
    public Authentic {
      if (podUid.isEmpty()) {
        throw new IllegalArgumentException("a token that is bound to no pod");
      }
    }
  }

  /**
   * It proves no pod.
   *
   * @param why one line, for the log and for the pod
   */
  record Rejected(String why) implements Review {}
}
