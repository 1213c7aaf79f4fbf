package io.iambridge.server.sts;

import io.iambridge.server.roles.RoleArn;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How STS is asked.
 *
 * @param region where, and for whom requests are signed; empty for what the SDK finds
 * @param endpoint instead of the region's own, for VPC endpoints and tests
 * @param assumeRole the role to become before any other
 * @param sessionDuration DurationSeconds of every session
 * @param concurrency how many calls may be under way
 * @param placeTimeout how long a call waits for one of those places
 * @param attemptTimeout how long one attempt may take
 * @param callTimeout how long all attempts of a call may take together
 */
public record StsConfig(
    Optional<String> region,
    Optional<URI> endpoint,
    Optional<RoleArn> assumeRole,
    Duration sessionDuration,
    int concurrency,
    Duration placeTimeout,
    Duration attemptTimeout,
    Duration callTimeout) {
  /** What STS grants at least; see AssumeRole, DurationSeconds. */
  public static final Duration MIN_DURATION = Duration.ofMinutes(15);

  /** What STS grants at most, when the role allows it. */
  public static final Duration MAX_DURATION = Duration.ofHours(12);

  /** What STS grants at most to one who is an assumed role itself ("role chaining"). */
  public static final Duration MAX_CHAINED_DURATION = Duration.ofHours(1);

  /** Long enough for a burst of first requests at {@link #DEFAULT_CONCURRENCY}. */
  public static final Duration DEFAULT_PLACE_TIMEOUT = Duration.ofSeconds(10);

  /** STS answers within 100 ms as a rule; a lost packet costs a second or three. */
  public static final Duration DEFAULT_ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

  /** Three attempts with their pauses. */
  public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(10);

  /** At 100 ms a call that is 640 sessions a second, which is about STS's own default quota. */
  public static final int DEFAULT_CONCURRENCY = 64;

  public StsConfig {
    if (sessionDuration.compareTo(MIN_DURATION) < 0
        || sessionDuration.compareTo(MAX_DURATION) > 0) {
      throw new IllegalArgumentException("sessionDuration is not 15m to 12h: " + sessionDuration);
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency < 1: " + concurrency);
    }
  }
}
