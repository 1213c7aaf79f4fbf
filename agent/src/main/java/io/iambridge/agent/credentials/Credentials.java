package io.iambridge.agent.credentials;

import java.time.Instant;

/**
 * Temporary credentials of one STS session.
 *
 * @param issued when STS issued them, by the server's clock
 * @param expiration when AWS stops accepting them
 */
public record Credentials(
    String accessKeyId,
    String secretAccessKey,
    String sessionToken,
    Instant issued,
    Instant expiration) {

  /** Checks that the credentials have a lifetime at all. */
  public Credentials {
    if (!issued.isBefore(expiration)) {
      throw new IllegalArgumentException(
          "credentials issued " + issued + " expire before that: " + expiration);
    }
  }

  /** Shows what is safe to log: the key id is no secret, the rest is. */
  @Override
  public String toString() {
    return "Credentials[" + accessKeyId + ", expires " + expiration + "]";
  }
}
