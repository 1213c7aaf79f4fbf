package io.iambridge.sandbox.iam;

import java.time.Duration;
import java.time.Instant;

/**
 * An IAM role.
 *
 * @param roleId unique id, {@code AROA…}
 * @param trust who may assume it
 * @param maxSession the role's MaxSessionDuration
 */
public record Role(
    Arn arn, String roleId, TrustPolicy trust, Duration maxSession, Instant created) {

  /** What AWS gives a role when nothing is said. */
  public static final Duration DEFAULT_MAX_SESSION = Duration.ofHours(1);

  /** The longest that AWS lets a role have. */
  public static final Duration LONGEST_MAX_SESSION = Duration.ofHours(12);

  /** Checks what IAM checks. */
  public Role {
    if (!arn.isIam("role")) {
      throw new IllegalArgumentException("not the ARN of a role: " + arn);
    }
    if (maxSession.compareTo(DEFAULT_MAX_SESSION) < 0
        || maxSession.compareTo(LONGEST_MAX_SESSION) > 0) {
      throw new IllegalArgumentException("MaxSessionDuration is not 1 h to 12 h: " + maxSession);
    }
  }
}
