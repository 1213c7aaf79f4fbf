package io.iambridge.common.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until a test moves it. */
public final class FakeClock implements InstantSource {
  private volatile Instant now;

  /** A clock that starts at a full second, so that texts made from it are easy to read. */
  public FakeClock() {
    this(Instant.parse("2026-11-22T06:00:00Z"));
  }

  /** A clock that starts at the given instant. */
  public FakeClock(Instant start) {
    this.now = start;
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Sets the time, forwards or backwards: node clocks do both. */
  public void set(Instant instant) {
    this.now = instant;
  }

  /** Moves the time forward. Tasks of a {@link ManualScheduler} run only when that one advances. */
  public synchronized void advance(Duration by) {
    this.now = now.plus(by);
  }
}
