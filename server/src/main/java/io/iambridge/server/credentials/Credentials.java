package io.iambridge.server.credentials;

import java.time.Duration;
import java.time.Instant;

/**
 * Temporary credentials of a session.
 *
 * @param accessKeyId names them in CloudTrail; not a secret
 * @param secretAccessKey a secret
 * @param sessionToken a secret
 * @param issued when STS issued them, by our clock
 * @param expiration when they end, as STS said
 * @param stsRequestId names the request to STS or EKS Auth in CloudTrail and to AWS's support
 * @param mechanism what gave them
 * @param fallback whether another mechanism was wanted, and failed
 */
public record Credentials(
    String accessKeyId,
    String secretAccessKey,
    String sessionToken,
    Instant issued,
    Instant expiration,
    String stsRequestId,
    Mechanism.Kind mechanism,
    boolean fallback) {

  /** Such as the server's own AssumeRole gives. */
  public Credentials(
      String accessKeyId,
      String secretAccessKey,
      String sessionToken,
      Instant issued,
      Instant expiration,
      String stsRequestId) {
    this(
        accessKeyId,
        secretAccessKey,
        sessionToken,
        issued,
        expiration,
        stsRequestId,
        Mechanism.Kind.ASSUME_ROLE,
        /* fallback= */ false);
  }

  /** The same, had because another mechanism failed. */
  public Credentials asFallback() {
    return new Credentials(
        accessKeyId,
        secretAccessKey,
        sessionToken,
        issued,
        expiration,
        stsRequestId,
        mechanism,
        /* fallback= */ true);
  }

  /** How long they were given for. */
  public Duration lifetime() {
    return Duration.between(issued, expiration);
  }

  /** How long they still live; negative once they have expired. */
  public Duration remaining(Instant now) {
    return Duration.between(now, expiration);
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "Credentials[" + accessKeyId + ", until " + expiration + "]";
  }
}
