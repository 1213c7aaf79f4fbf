package io.iambridge.server.credentials;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When credentials are asked for again. Pure.
 *
 * <p>Renewing at half life means that an hour's credentials are handed out with more than 30
 * minutes left. boto takes those with less than 25 for old, and the Java SDK v1 those with less
 * than 15; both then ask on every call.
 */
final class RenewalPolicy {
  /**
   * IAM takes seconds to tell all of STS about a changed trust policy; asking faster only annoys
   * it.
   */
  private static final Duration AFTER_PERMANENT_FAILURE = Duration.ofSeconds(10);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

  private RenewalPolicy() {}

  /**
   * Whether they may be handed out without asking for new ones: while more than half of their life
   * is left.
   */
  static boolean isFresh(Credentials credentials, Instant now) {
    return credentials.remaining(now).compareTo(credentials.lifetime().dividedBy(2)) > 0;
  }

  /** Whether they work at all. */
  static boolean isAlive(Credentials credentials, Instant now) {
    return credentials.remaining(now).isPositive();
  }

  /**
   * How long a failure stands before STS is asked again: 50 % to 100 % of a limit, so that sessions
   * spread.
   */
  static Duration pauseAfter(IssueException failure, RandomGenerator random) {
    Duration most = failure.permanent() ? AFTER_PERMANENT_FAILURE : AFTER_FAILURE;
    return Duration.ofMillis((long) (most.toMillis() * (0.5 + random.nextDouble() / 2)));
  }
}
