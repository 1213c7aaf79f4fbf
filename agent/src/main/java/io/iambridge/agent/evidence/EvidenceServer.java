package io.iambridge.agent.evidence;

import io.iambridge.proto.v1.ReportEvidenceRequest;
import java.util.function.Consumer;

/** Who keeps evidence. */
@FunctionalInterface
public interface EvidenceServer {
  /** What came of a batch. */
  enum Answer {
    /** It is kept. */
    KEPT,
    /** Nobody knows whether it is kept: it is to be sent again as it is. */
    FAILED,
    /** It never will be. */
    REJECTED
  }

  /** Sends a batch. The answer comes once, on the state thread, and not before this returns. */
  void report(ReportEvidenceRequest batch, Consumer<Answer> answer);
}
