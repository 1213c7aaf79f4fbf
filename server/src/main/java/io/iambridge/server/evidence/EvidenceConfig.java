package io.iambridge.server.evidence;

import java.time.Duration;

/**
 * How evidence is kept.
 *
 * @param writeInterval how often at most a namespace's object is written
 */
public record EvidenceConfig(Duration writeInterval) {
  /** Written oftener, the API server would have more of it than of anything else. */
  public static final Duration SHORTEST = Duration.ofSeconds(1);

  /** Agents wait for the answer no longer than a minute and a half. */
  public static final Duration LONGEST = Duration.ofMinutes(1);

  /** What is usual. */
  public static final EvidenceConfig DEFAULT = new EvidenceConfig(Duration.ofSeconds(30));

  public EvidenceConfig {
    if (writeInterval.compareTo(SHORTEST) < 0 || writeInterval.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("writeInterval: " + writeInterval);
    }
  }
}
