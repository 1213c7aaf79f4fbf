package io.iambridge.agent.credentials;

import io.iambridge.proto.v1.Mechanism;
import java.time.Instant;

/**
 * Temporary credentials of one STS session.
 *
 * @param issued when STS issued them, by the server's clock
 * @param expiration when AWS stops accepting them
 * @param mechanism what gave them; unspecified when the server did not say
 * @param fallback whether another mechanism was wanted, and failed
 */
public record Credentials(
    String accessKeyId,
    String secretAccessKey,
    String sessionToken,
    Instant issued,
    Instant expiration,
    Mechanism mechanism,
    boolean fallback) {

  /** Checks that the credentials have a lifetime at all. */
  public Credentials {
    if (!issued.isBefore(expiration)) {
      throw new IllegalArgumentException(
          "credentials issued " + issued + " expire before that: " + expiration);
    }
  }

  /** Such as the server's own AssumeRole gives. */
  public Credentials(
      String accessKeyId,
      String secretAccessKey,
      String sessionToken,
      Instant issued,
      Instant expiration) {
    this(
        accessKeyId,
        secretAccessKey,
        sessionToken,
        issued,
        expiration,
        Mechanism.ASSUME_ROLE,
        /* fallback= */ false);
  }

  /** Shows what is safe to log: the key id is no secret, the rest is. */
  @Override
  public String toString() {
    return "Credentials[" + accessKeyId + ", expires " + expiration + "]";
  }
}
