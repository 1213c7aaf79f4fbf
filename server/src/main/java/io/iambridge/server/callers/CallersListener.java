package io.iambridge.server.callers;

import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.cluster.Pod;
import java.net.InetAddress;
import java.util.List;

/**
 * Hears what the index finds out, for Events, logs and metrics. Called while the index is locked:
 * must be quick, and must not call back.
 */
public interface CallersListener {
  /** What a pod may have was decided, for the first time or differently than before. */
  void entitled(Pod pod, Entitlement entitlement);

  /** Several pods claim an address and cannot be told apart; {@code pods} are their full names. */
  void ambiguous(String node, InetAddress address, List<String> pods);
}
