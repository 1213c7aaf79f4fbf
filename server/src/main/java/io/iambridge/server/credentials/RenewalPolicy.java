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

  /**
   * Agents ask again for credentials of a fallback after 4 to 5 minutes. They must not be fresh any
   * more then, or a mended target would wait for yet another turn.
   */
  private static final Duration FALLBACK_FRESH = Duration.ofMinutes(4);

  private RenewalPolicy() {}

  /**
   * Until when they may be handed out without asking for new ones: while more than half of their
   * life is left; those of a fallback for a few minutes only, spread so that not all sessions of a
   * namespace try their target in the same second.
   *
   * @param now when they were got, which may be long after they were issued
   */
  static Instant freshUntil(Credentials credentials, Instant now, RandomGenerator random) {
    Instant halfLife = credentials.expiration().minus(credentials.lifetime().dividedBy(2));
    if (!credentials.fallback()) {
      return halfLife;
    }
    Instant soon = now.plus(spread(FALLBACK_FRESH, random));
    return soon.isBefore(halfLife) ? soon : halfLife;
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
    return spread(most, random);
  }

  private static Duration spread(Duration most, RandomGenerator random) {
    return Duration.ofMillis((long) (most.toMillis() * (0.5 + random.nextDouble() / 2)));
  }
}
