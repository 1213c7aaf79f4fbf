package io.iambridge.sandbox.iam;

import java.time.Instant;
import java.util.Optional;

/**
 * What a principal signs with.
 *
 * @param temporary present when STS issued it
 */
public record AccessKey(
    String id, String secret, Principal principal, Optional<Temporary> temporary) {

  /** What a key of a session has besides. */
  public record Temporary(String sessionToken, Instant expiration) {
    @Override
    public String toString() {
      return "until " + expiration;
    }
  }

  @Override
  public String toString() {
    return "AccessKey[" + id + " of " + principal.arn() + "]";
  }
}
