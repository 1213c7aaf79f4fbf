package io.iambridge.server.sts;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds the calls under way at once; the others wait in the order they came, for a time. */
final class Places {
  private final int most;
  private final Semaphore free;
  private final Duration patience;

  Places(int most, Duration patience) {
    this.most = most;
    this.free = new Semaphore(most, /* fair= */ true);
    this.patience = patience;
  }

  /** Waits for a place; says whether it got one, which is then to be given back. */
  boolean take() {
    try {
      return free.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void giveBack() {
    free.release();
  }

  int taken() {
    return most - free.availablePermits();
  }

  int waiting() {
    return free.getQueueLength();
  }

  /** What to say when there was none. */
  String none() {
    return "no place to ask STS that became free within %s s: all %s calls (--sts-concurrency) are slow"
        .formatted(patience.toSeconds(), most);
  }
}
