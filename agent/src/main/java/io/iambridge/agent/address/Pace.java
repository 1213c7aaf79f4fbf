package io.iambridge.agent.address;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * At most so many a second, and so many at once after a rest. Any thread, without a lock.
 *
 * <p>How it works. The one number is the time at which all that was taken has been earned back: a
 * taking moves it one interval ahead, and it may be a burst ahead of now (the generic cell rate
 * algorithm, ITU-T I.371).
 */
public final class Pace {
  private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

  private final long interval;
  private final long whole;
  private final LongSupplier nanos;
  private final AtomicLong earnedBack;

  /**
   * Nothing is taken yet.
   *
   * @param perSecond 1 to 1,000,000
   * @param burst how many at once, 1 to 1,000,000
   * @param nanos a clock in nanoseconds; one that is set back lets more be taken, never less
   */
  public Pace(int perSecond, int burst, LongSupplier nanos) {
    this.interval = NANOS_PER_SECOND / perSecond;
    this.whole = interval * burst;
    this.nanos = nanos;
    this.earnedBack = new AtomicLong(nanos.getAsLong());
  }

  /** Takes one; false when it is too early. */
  public boolean take() {
    long now = nanos.getAsLong();
    while (true) {
      long before = earnedBack.get();
      long from = now + debt(before, now);
      if (from - now > whole - interval) {
        return false;
      }
      if (earnedBack.compareAndSet(before, from + interval)) {
        return true;
      }
    }
  }

  /** Whether it is as if nothing had ever been taken. */
  boolean rested() {
    return debt(earnedBack.get(), nanos.getAsLong()) == 0;
  }

  private long debt(long earnedBack, long now) {
    long debt = earnedBack - now;
    return debt < 0 || debt > whole ? 0 : debt;
  }
}
