package io.iambridge.sandbox.service;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What goes wrong with a service on purpose; may change at any time, and counts from then on. */
public class ServiceFaults {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  /** What a request has to meet. */
  public enum Verdict {
    /** It is handled. */
    PASS,
    /** It is answered as when the service has an error of its own. */
    FAIL,
    /** It is answered as when there are too many. */
    THROTTLE
  }

  private final InstantSource clock;
  private Duration latency = Duration.ZERO;
  private boolean hanging;
  private CountDownLatch lifted = new CountDownLatch(1);
  private int throttled;
  private int failing;
  private int perSecond = NO_LIMIT;
  private long second;
  private int inSecond;

  /** No faults at first; the rate is by this clock. */
  public ServiceFaults(InstantSource clock) {
    this.clock = clock;
  }

  /** Every answer takes this much longer. */
  public final synchronized void delay(Duration latency) {
    this.latency = latency;
  }

  /** Requests are read and not answered, until {@link #clear}; then they are handled. */
  public final synchronized void hang() {
    hanging = true;
  }

  /** The next requests are throttled, however well they are signed. */
  public final synchronized void throttleNext(int requests) {
    throttled = requests;
  }

  /** Requests above this many in a second of the clock are throttled. */
  public final synchronized void throttleAbove(int requestsPerSecond) {
    perSecond = requestsPerSecond;
  }

  /** The next requests are answered with 500. */
  public final synchronized void failNext(int requests) {
    failing = requests;
  }

  /** Ends all faults, and lets go on what hangs or waits. */
  public synchronized void clear() {
    latency = Duration.ZERO;
    hanging = false;
    throttled = 0;
    failing = 0;
    perSecond = NO_LIMIT;
    lifted.countDown();
    lifted = new CountDownLatch(1);
  }

  /** Waits as long as a request has to wait, and tells what it meets then. */
  public final Verdict await() throws InterruptedException {
    CountDownLatch end;
    Duration wait;
    synchronized (this) {
      end = lifted;
      wait = hanging ? Duration.ofDays(1) : latency;
    }
    if (wait.isPositive()) {
      boolean _ = end.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    }
    return verdict();
  }

  private synchronized Verdict verdict() {
    if (failing > 0) {
      failing--;
      return Verdict.FAIL;
    }
    if (throttled > 0) {
      throttled--;
      return Verdict.THROTTLE;
    }
    long now = clock.instant().getEpochSecond();
    inSecond = now == second ? inSecond + 1 : 1;
    second = now;
    return inSecond > perSecond ? Verdict.THROTTLE : Verdict.PASS;
  }
}
