package io.iambridge.server.metrics;

import io.iambridge.common.wire.AgentAuth;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.AuditCounts;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.targets.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Hears what the edges of the server do. Every method is quick and never throws. */
public interface ServerMetrics extends AuditCounts {
  /** For tests and tools. */
  ServerMetrics NOOP = new ServerMetrics() {};

  /** A watch reported a change of an object. */
  default void watchEvent(Watched kind) {}

  /** All objects of the kind have been listed, at the start or because a watch had a gap. */
  default void listed(Watched kind) {}

  /** A watch failed and is established anew. */
  default void watchFailed(Watched kind) {}

  /** An object could not be read in a part, which was left out. */
  default void objectSkipped(Watched kind) {}

  /** Where to ask for the seconds since the kind's watch last gave a sign of life. */
  default void watchAge(Watched kind, DoubleSupplier seconds) {}

  /** Where to ask for the seconds since the API server last said anything of the kind. */
  default void watchContact(Watched kind, DoubleSupplier seconds) {}

  /** What became of an Event for a pod or a namespace. */
  default void event(EventOutcome outcome) {}

  /** A call of STS for credentials has ended. */
  default void stsCall(StsOutcome outcome, Duration latency) {}

  /** Where to ask for the STS calls under way, and for those that wait for a place. */
  default void stsLoad(DoubleSupplier inFlight, DoubleSupplier waiting) {}

  /** A call of EKS Auth has ended. */
  default void eksAuthCall(StsOutcome outcome, Duration latency) {}

  /** A target mechanism failed, and the fallback was taken. */
  default void fellBack(Mechanism.Kind wanted, Finding finding) {}

  /** What was taken instead is besides of another role than that mechanism would have given. */
  default void fellBackToOtherRole(Mechanism.Kind wanted) {}

  /** An agent began to watch its node's callers. */
  default void agentConnected() {}

  /** An agent's watch has ended. */
  default void agentDisconnected() {}

  /** Changes of callers were sent to an agent. */
  default void callersPushed(int addresses) {}

  /** An agent got credentials. */
  default void credentialsServed(Duration latency) {}

  /** A review of a pod's token by Kubernetes has ended. */
  default void tokenReviewed(ReviewOutcome outcome, Duration latency) {}

  /** A review of an agent's own token by Kubernetes has ended. */
  default void agentTokenReviewed(ReviewOutcome outcome, Duration latency) {}

  /** How agents prove their nodes. */
  default void agentAuth(AgentAuth mode) {}

  /** A client's certificate was refused. */
  default void certificateRefused() {}

  /** Where to ask when the certificates of each file end. */
  default void certificates(Supplier<Map<String, Instant>> expirations) {}

  /** An agent's call was refused or failed. */
  default void refused(Reason reason) {}

  /** Whether kiam's agents are listened to. */
  default void kiamApi(boolean on) {}

  /** A call of one of kiam's agents was answered or refused. */
  default void kiamCall(KiamCall call, KiamOutcome outcome) {}

  /** A pod may not have the role it names. */
  default void denied(Reason reason) {}

  /** What became of a change of an object that keeps evidence. */
  default void evidenceWritten(EvidenceWrite outcome) {}

  /** Reports, or rows of them, are missing in the evidence. */
  default void evidenceLost(EvidenceLoss why, int count) {}

  /** Several pods claim an address and cannot be told apart. */
  default void ambiguousAddress() {}

  /**
   * Where to ask how many namespaces, or pods that live, are in a mode, and how many of their
   * labels are no mode.
   */
  default void modes(Watched kind, ToLongFunction<Mode> in, LongSupplier unknown) {}

  /** Where to ask how many pods are bound as in mode kiam because their account names no role. */
  default void fallenBack(LongSupplier pods) {}

  /** Where to ask for the number of sessions whose credentials are kept. */
  default void sessions(DoubleSupplier kept) {}

  /** Where to ask whether this replica leads: 1 or 0. */
  default void leader(DoubleSupplier leads) {}

  /** Where to ask how many rehearsals came out how, by the finding's word. */
  default void rehearsals(Supplier<Map<String, Long>> byFinding) {}

  /** Where to ask how many namespaces have a migration status, and are ready for the next mode. */
  default void migrations(DoubleSupplier all, DoubleSupplier ready) {}
}
