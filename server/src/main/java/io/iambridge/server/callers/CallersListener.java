package io.iambridge.server.callers;

import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import java.net.InetAddress;
import java.util.List;

/**
 * Hears what the index finds out, for Events, logs and metrics. Called while the index is locked:
 * must be quick, and must not call back.
 */
public interface CallersListener {
  /** Hears nothing; for tests and tools. */
  CallersListener NOBODY = new CallersListener() {};

  /** What a pod may have was decided, for the first time or differently than before. */
  default void entitled(PodBinding decided) {}

  /** Several pods claim an address and cannot be told apart; {@code pods} are their full names. */
  default void ambiguous(String node, InetAddress address, List<String> pods) {}

  /** A namespace's label says, for the first time or another, mode that is none. */
  default void unknownMode(Namespace namespace, String value) {}

  /** A pod's own label says, for the first time or another, mode that is none. */
  default void unknownMode(Pod pod, String value) {}
}
