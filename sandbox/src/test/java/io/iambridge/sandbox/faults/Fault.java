package io.iambridge.sandbox.faults;

import java.time.Duration;

/**
 * Something that goes wrong, and is well again.
 *
 * @param name for people, and for the table
 * @param lasts how long it is left as it is, after {@code begin}
 * @param newcomers what becomes of pods that are created meanwhile
 * @param agentRestarts whether the agent starts anew: it is away for a moment, and then needs the
 *     credentials of all sessions at once
 * @param begin makes it go wrong; returns when it is
 * @param end makes it well; returns when the cause is gone
 */
record Fault(
    String name, Duration lasts, Newcomers newcomers, boolean agentRestarts, Step begin, Step end) {
  Fault(String name, Duration lasts, Newcomers newcomers, Step begin, Step end) {
    this(name, lasts, newcomers, /* agentRestarts= */ false, begin, end);
  }

  /** What becomes of pods that are created during a fault. */
  enum Newcomers {
    /** The fault must not keep them from their credentials. */
    SERVED_DURING,
    /** There is no way to serve them: 503 as long as it lasts. */
    TOLD_503_UNTIL_THE_END,
    /** STS says no: 403 as long as it lasts. */
    TOLD_403_UNTIL_THE_END,
    /** Served, or told 503, as chance has it. */
    EITHER
  }

  /** Something that is done to the system. */
  @FunctionalInterface
  interface Step {
    /** Does it; whatever it throws fails the test. */
    void run() throws Exception;
  }

  /** The status of those that cannot be served yet. */
  int refusal() {
    return newcomers == Newcomers.TOLD_403_UNTIL_THE_END ? 403 : 503;
  }

  @Override
  public String toString() {
    return name;
  }
}
