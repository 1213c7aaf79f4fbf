package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.Arn;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What goes wrong with STS on purpose; may change at any time, and counts from then on. */
public final class Faults {

  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final InstantSource clock;
  private final Set<Arn> deniedRoles = ConcurrentHashMap.newKeySet();
  private Duration longestSession = Duration.ofDays(1);
  private Duration latency = Duration.ZERO;
  private boolean hanging;
  private CountDownLatch lifted = new CountDownLatch(1);
  private int throttled;
  private int failing;
  private int perSecond = NO_LIMIT;
  private long second;
  private int inSecond;

  Faults(InstantSource clock) {
    this.clock = clock;
  }

  /** Every answer takes this much longer. */
  public synchronized void delay(Duration latency) {
    this.latency = latency;
  }

  /** Requests are read and not answered, until {@link #clear}; then they are handled. */
  public synchronized void hang() {
    hanging = true;
  }

  /** The next requests are answered with Throttling, however well they are signed. */
  public synchronized void throttleNext(int requests) {
    throttled = requests;
  }

  /** Requests above this many in a second of the clock are answered with Throttling. */
  public synchronized void throttleAbove(int requestsPerSecond) {
    perSecond = requestsPerSecond;
  }

  /** The next requests are answered with 500 InternalFailure. */
  public synchronized void failNext(int requests) {
    failing = requests;
  }

  /** AssumeRole of this role is answered with AccessDenied, whatever its trust policy says. */
  public void denyRole(String roleArn) {
    deniedRoles.add(Arn.parse(roleArn));
  }

  /**
   * Sessions live no longer than this, whatever is asked for: a real STS gives 15 minutes at least,
   * which is long to wait for a renewal. No fault, so {@link #clear} leaves it.
   */
  public synchronized void limitSessions(Duration longest) {
    longestSession = longest;
  }

  synchronized Duration limited(Duration session) {
    return session.compareTo(longestSession) < 0 ? session : longestSession;
  }

  /** Ends all faults, and lets go on what hangs or waits. */
  public synchronized void clear() {
    latency = Duration.ZERO;
    hanging = false;
    throttled = 0;
    failing = 0;
    perSecond = NO_LIMIT;
    deniedRoles.clear();
    lifted.countDown();
    lifted = new CountDownLatch(1);
  }

  boolean isDenied(Arn role) {
    return deniedRoles.contains(role);
  }

  /** Waits as long as a request has to wait. */
  void await() throws InterruptedException {
    CountDownLatch end;
    Duration wait;
    synchronized (this) {
      end = lifted;
      wait = hanging ? Duration.ofDays(1) : latency;
    }
    if (wait.isPositive()) {
      boolean _ = end.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** Fails a request that has to fail. */
  synchronized void check() throws StsException {
    if (failing > 0) {
      failing--;
      throw StsException.internal();
    }
    if (throttled > 0) {
      throttled--;
      throw StsException.throttled();
    }
    long now = clock.instant().getEpochSecond();
    inSecond = now == second ? inSecond + 1 : 1;
    second = now;
    if (inSecond > perSecond) {
      throw StsException.throttled();
    }
  }
}
