package io.iambridge.server.callers;

import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.ModeDecision;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many namespaces, or pods that live, are in each mode, and how many of their labels are no
 * mode. Written under the index's lock, read by whoever likes.
 */
public final class ModeCounts {
  private static final int UNKNOWN = Mode.values().length;

  private final AtomicLongArray counts = new AtomicLongArray(UNKNOWN + 1);

  ModeCounts() {}

  /**
   * @param own whether the label that says it, if any does, is of the thing that is counted
   */
  void add(ModeDecision decision, boolean own) {
    change(decision, own, 1);
  }

  /** Takes back what was added with the same arguments. */
  void remove(ModeDecision decision, boolean own) {
    change(decision, own, -1);
  }

  private void change(ModeDecision decision, boolean own, int by) {
    counts.addAndGet(decision.mode().ordinal(), by);
    if (own && decision.unknown().isPresent()) {
      counts.addAndGet(UNKNOWN, by);
    }
  }

  /** How many are in the mode, for whatever reason. */
  public long in(Mode mode) {
    return counts.get(mode.ordinal());
  }

  /** How many have a label of their own that is no mode. */
  public long unknown() {
    return counts.get(UNKNOWN);
  }
}
