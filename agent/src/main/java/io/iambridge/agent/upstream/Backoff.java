package io.iambridge.agent.upstream;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): 5,000 agents that lose a
 * server at one moment come back spread over the whole time, not in waves.
 */
final class Backoff {
  private static final long BASE_MILLIS = 100;
  private static final long CEILING_MILLIS = 10_000;
  private static final int DOUBLINGS = 7;

  private final RandomGenerator random;
  private int failures;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** How long to wait after one more failure. */
  Duration next() {
    long ceiling = Math.min(CEILING_MILLIS, BASE_MILLIS << failures);
    failures = Math.min(failures + 1, DOUBLINGS);
    return Duration.ofMillis(random.nextLong(BASE_MILLIS / 2, ceiling + 1));
  }

  /** It worked. */
  void reset() {
    failures = 0;
  }
}
