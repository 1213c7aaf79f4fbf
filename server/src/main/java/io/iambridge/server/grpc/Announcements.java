package io.iambridge.server.grpc;

import io.iambridge.server.audit.Audit;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.Caller;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.Occupant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells the audit log which pods an agent may now serve from its memory. One agent's; of one thread
 * at a time.
 */
final class Announcements {
  /** More pods than a node has; a pod that falls out is only announced once more. */
  private static final int MOST_KEPT = 1_024;

  private final CallerIndex callers;
  private final Audit audit;
  private final Map<String, String> sessionByPod =
      new LinkedHashMap<>() {
        @java.io.Serial private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_KEPT;
        }
      };

  Announcements(CallerIndex callers, Audit audit) {
    this.callers = callers;
    this.audit = audit;
  }

  /** The agent is about to be told this. A pod with two addresses is announced once. */
  void of(Occupant occupant) {
    if (occupant instanceof Occupant.One(Caller caller)
        && caller.entitlement() instanceof Entitlement.Binding(var session)
        && !session.id().equals(sessionByPod.put(caller.podUid(), session.id()))) {
      callers.find(caller.podUid()).ifPresent(binding -> audit.announced(binding.pod(), session));
    }
  }
}
