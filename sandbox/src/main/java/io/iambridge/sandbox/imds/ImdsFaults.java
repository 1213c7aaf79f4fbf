package io.iambridge.sandbox.imds;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What goes wrong with the metadata service on purpose; may change at any time. */
public final class ImdsFaults {

  private Duration latency = Duration.ZERO;
  private CountDownLatch lifted = new CountDownLatch(1);
  private int failing;
  private int failure = 500;
  private OptionalInt tokenStatus = OptionalInt.empty();
  private long epoch;

  ImdsFaults() {}

  /** Every answer takes this much longer. */
  public synchronized void delay(Duration latency) {
    this.latency = latency;
  }

  /** Requests are read and not answered, until {@link #clear}; then they are handled. */
  public void hang() {
    delay(Duration.ofDays(1));
  }

  /**
   * The next requests that are not for tokens are answered with this status; a redirection leads to
   * the node's credentials.
   */
  public synchronized void failNext(int requests, int status) {
    failing = requests;
    failure = status;
  }

  /** Requests for tokens are answered with this status. */
  public synchronized void refuseTokens(int status) {
    tokenStatus = OptionalInt.of(status);
  }

  /** Tokens issued until now are good no more: 401. */
  public synchronized void forgetTokens() {
    epoch++;
  }

  /** Ends all faults, and lets go on what hangs or waits. */
  public synchronized void clear() {
    latency = Duration.ZERO;
    failing = 0;
    tokenStatus = OptionalInt.empty();
    lifted.countDown();
    lifted = new CountDownLatch(1);
  }

  /** Waits as long as a request has to wait. */
  void await() throws InterruptedException {
    CountDownLatch end;
    Duration wait;
    synchronized (this) {
      end = lifted;
      wait = latency;
    }
    if (wait.isPositive()) {
      boolean _ = end.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  synchronized OptionalInt next() {
    if (failing == 0) {
      return OptionalInt.empty();
    }
    failing--;
    return OptionalInt.of(failure);
  }

  synchronized OptionalInt tokenStatus() {
    return tokenStatus;
  }

  /** Tokens are good in the epoch that they were issued in. */
  synchronized long epoch() {
    return epoch;
  }
}
