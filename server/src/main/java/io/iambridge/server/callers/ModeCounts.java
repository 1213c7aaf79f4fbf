package io.iambridge.server.callers;

import io.iambridge.server.bindings.Decision;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.ModeDecision;
import io.iambridge.server.modes.ModeDecision.SetBy;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many namespaces, or pods that live, are in each mode, and how many of their labels are no
 * mode. Written under the index's lock, read by whoever likes.
 */
@SuppressWarnings("EnumOrdinal") // an index into an array of this process, kept nowhere
public final class ModeCounts {
  private static final int UNKNOWN = Mode.values().length;

  private static final int FALLEN_BACK = UNKNOWN + 1;

  private final AtomicLongArray counts = new AtomicLongArray(FALLEN_BACK + 1);

  ModeCounts() {}

  void add(ModeDecision namespace) {
    change(namespace, 1);
  }

  /** Takes back what was added with the same argument, as below. */
  void remove(ModeDecision namespace) {
    change(namespace, -1);
  }

  void add(Decision pod) {
    change(pod, 1);
  }

  void remove(Decision pod) {
    change(pod, -1);
  }

  private void change(ModeDecision namespace, int by) {
    counts.addAndGet(namespace.mode().ordinal(), by);
    if (namespace.unknown().isPresent()) {
      counts.addAndGet(UNKNOWN, by);
    }
  }

  private void change(Decision pod, int by) {
    counts.addAndGet(pod.mode().mode().ordinal(), by);
    if (pod.mode().setBy() == SetBy.POD && pod.mode().unknown().isPresent()) {
      counts.addAndGet(UNKNOWN, by);
    }
    if (pod.fellBack().isPresent()) {
      counts.addAndGet(FALLEN_BACK, by);
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

  /** How many are bound as in mode {@code kiam} though their mode says otherwise. */
  public long fallenBack() {
    return counts.get(FALLEN_BACK);
  }
}
