package io.iambridge.sandbox.faults;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A pod that is created while something is broken, and asks until it is served. */
final class Newcomer implements AutoCloseable {
  private static final long PACE_NANOS = Duration.ofMillis(200).toNanos();

  private final Caller caller;
  private final InstantSource clock;
  private final Map<String, Integer> told = new TreeMap<>();
  private final Thread thread;
  private @Nullable Instant served;
  private volatile boolean stopped;

  private Newcomer(Caller caller, InstantSource clock) {
    this.caller = caller;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("newcomer").start(this::askUntilServed);
  }

  /** Begins at once. */
  static Newcomer start(Caller caller, InstantSource clock) {
    return new Newcomer(caller, clock);
  }

  private void askUntilServed() {
    while (!stopped && !note(caller.ask(/* patient= */ () -> false))) {
      LockSupport.parkNanos(PACE_NANOS);
    }
  }

  private synchronized boolean note(Answer answer) {
    answer.trouble().ifPresent(trouble -> told.merge(trouble, 1, Integer::sum));
    if (answer.good()) {
      served = clock.instant();
    }
    return answer.good();
  }

  /** When it got its credentials; empty while it has not. */
  synchronized Optional<Instant> served() {
    return Optional.ofNullable(served);
  }

  /** What it was told instead, and how often. */
  synchronized Map<String, Integer> told() {
    return Map.copyOf(told);
  }

  @Override
  public void close() {
    stopped = true;
    Threads.join(thread);
  }
}
