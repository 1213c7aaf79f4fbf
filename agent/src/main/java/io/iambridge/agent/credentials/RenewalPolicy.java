package io.iambridge.agent.credentials;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When to ask for new credentials. Pure: the time and the dice come with each question.
 *
 * <p>How it works. Credentials are renewed when between 50 % and 43 % of their lifetime is left (30
 * to 25.8 minutes of an hour). Not before 50 %, because until then the server has nothing newer;
 * not after 43 %, because botocore and the Java SDK v1 ask for new ones on every call when less
 * than 25 minutes are left. The spread keeps credentials that were issued together from being
 * renewed together.
 *
 * <p>Credentials of a fallback are renewed after 4 to 5 minutes.
 */
public final class RenewalPolicy {
  private static final double LATEST_SHARE_LEFT = 0.43;
  private static final double EARLIEST_SHARE_LEFT = 0.50;

  /**
   * Credentials of a fallback hide what was wanted, so they are asked for again soon: what was
   * mended is in force after this. The server's are no longer fresh then.
   */
  private static final Duration FALLBACK_KEPT = Duration.ofMinutes(5);

  private static final double FALLBACK_SPREAD = 0.2;

  private static final Duration FLOOR = Duration.ofMinutes(25);
  private static final double FLOOR_SHARE = 0.40;

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(60);
  private static final int DOUBLINGS = 6;

  /** So many at least are to fit into what is left of the credentials. */
  private static final int RETRIES_LEFT = 8;

  /** How long a refusal is believed: long enough for a pod in a loop, short for an operator. */
  static final Duration REFUSAL_KEPT = Duration.ofSeconds(10);

  /** No pause after a failure in which requests cause no call is longer than this. */
  static final Duration LONGEST_QUIET = REFUSAL_KEPT;

  /**
   * When to renew credentials; in the past when they came late already.
   *
   * @param now when they came, which may be long after they were issued
   */
  Instant renewAt(Credentials credentials, Instant now, RandomGenerator random) {
    double shareLeft =
        LATEST_SHARE_LEFT + (EARLIEST_SHARE_LEFT - LATEST_SHARE_LEFT) * random.nextDouble();
    Instant due = credentials.expiration().minus(share(credentials, shareLeft));
    if (!credentials.fallback()) {
      return due;
    }
    double part = 1 - FALLBACK_SPREAD * random.nextDouble();
    Instant soon = now.plusMillis((long) (FALLBACK_KEPT.toMillis() * part));
    return soon.isBefore(due) ? soon : due;
  }

  /** From when on the credentials should not be served without trying for newer ones. */
  Instant floor(Credentials credentials) {
    Duration share = share(credentials, FLOOR_SHARE);
    return credentials.expiration().minus(share.compareTo(FLOOR) < 0 ? share : FLOOR);
  }

  /** Whether AWS still accepts them. */
  boolean usable(Credentials credentials, Instant now) {
    return now.isBefore(credentials.expiration());
  }

  /** How long to wait after the given number of failures in a row (1 or more). */
  Duration retryDelay(int failures, RandomGenerator random) {
    long ceiling =
        Math.min(
            LAST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(failures - 1, DOUBLINGS));
    // Half of it is fixed, so that a retry is never immediate; half is spread.
    return Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling / 2 + 1));
  }

  /**
   * The delay, or less where that is too much of what is left of the credentials: the nearer their
   * end, the more often new ones are asked for.
   */
  Duration soonEnough(
      Duration delay, Credentials credentials, Instant now, RandomGenerator random) {
    long left = Duration.between(now, credentials.expiration()).toMillis();
    long ceiling = Math.max(FIRST_RETRY.toMillis(), left / RETRIES_LEFT);
    return delay.toMillis() <= ceiling
        ? delay
        : Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling / 2 + 1));
  }

  private static Duration share(Credentials credentials, double share) {
    Duration lifetime = Duration.between(credentials.issued(), credentials.expiration());
    return Duration.ofMillis((long) (lifetime.toMillis() * share));
  }
}
