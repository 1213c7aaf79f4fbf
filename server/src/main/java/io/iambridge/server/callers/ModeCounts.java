package io.iambridge.server.callers;

import io.iambridge.server.bindings.Decision;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.ModeDecision;
import io.iambridge.server.modes.ModeDecision.SetBy;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How many namespaces, or pods that live, are in each mode, and how many of their labels are no
 * mode. Written under the index's lock, read by whoever likes.
 */
@SuppressWarnings("EnumOrdinal") // an index into an array of this process, kept nowhere
public final class ModeCounts {
  private final Map<Mode, AtomicLong> modes =
      Arrays.stream(Mode.values())
          .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new AtomicLong()));
  private final AtomicLong unknown = new AtomicLong();
  private final AtomicLong fallenBack = new AtomicLong();

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
    of(namespace.mode()).addAndGet(by);
    if (namespace.unknown().isPresent()) {
      unknown.addAndGet(by);
    }
  }

  private void change(Decision pod, int by) {
    of(pod.mode().mode()).addAndGet(by);
    if (pod.mode().setBy() == SetBy.POD && pod.mode().unknown().isPresent()) {
      unknown.addAndGet(by);
    }
    if (pod.fellBack().isPresent()) {
      fallenBack.addAndGet(by);
    }
  }

  private AtomicLong of(Mode mode) {
    // There is one for each.
    return Objects.requireNonNull(modes.get(mode));
  }

  /** How many are in the mode, for whatever reason. */
  public long in(Mode mode) {
    return of(mode).get();
  }

  /** How many have a label of their own that is no mode. */
  public long unknown() {
    return unknown.get();
  }

  /** How many are bound as in mode {@code kiam} though their mode says otherwise. */
  public long fallenBack() {
    return fallenBack.get();
  }
}
