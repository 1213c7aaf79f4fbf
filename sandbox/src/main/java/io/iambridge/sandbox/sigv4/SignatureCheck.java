package io.iambridge.sandbox.sigv4;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.sigv4.Verification.Refused;
import io.iambridge.sandbox.sigv4.Verification.Signed;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Checks the signatures of requests to one service in one region. Codes and texts are those that
 * AWS answers, so that clients and people see here what they would see there.
 */
public final class SignatureCheck {

  /** Finds access keys, expired ones included. */
  @FunctionalInterface
  public interface Keys {
    /** The key of this id. */
    Optional<AccessKey> find(String id);
  }

  /** How far the client's clock may be off. */
  static final Duration SKEW = Duration.ofMinutes(5);

  private static final DateTimeFormatter AMZ_DATE =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final String TERMINATOR = "aws4_request";

  private final String service;
  private final String region;
  private final Keys keys;
  private final InstantSource clock;

  /** A check for requests signed for this service in this region. */
  public SignatureCheck(String service, String region, Keys keys, InstantSource clock) {
    this.service = service;
    this.region = region;
    this.keys = keys;
    this.clock = clock;
  }

  /** Finds out who signed a request. */
  public Verification verify(HttpCall call) {
    Optional<String> header = call.header("authorization");
    if (header.isEmpty()) {
      return new Refused(
          403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    }
    Optional<Authorization> parsed = Authorization.parse(header.get());
    if (parsed.isEmpty()) {
      return incomplete(
          "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters"
              + " of AWS4-HMAC-SHA256.");
    }
    Optional<String> date = call.header("x-amz-date");
    if (date.isEmpty()) {
      return incomplete("Authorization header requires existence of a 'X-Amz-Date' header.");
    }
    return verify(call, parsed.get(), date.get());
  }

  private Verification verify(HttpCall call, Authorization authorization, String date) {
    Optional<Refused> refused =
        checkDate(date)
            .or(() -> checkScope(authorization.scope(), date))
            .or(() -> checkSignedHeaders(call, authorization));
    if (refused.isPresent()) {
      return refused.get();
    }
    Optional<AccessKey> known = keys.find(authorization.scope().keyId());
    if (known.isEmpty() || !tokenMatches(call, known.get())) {
      return new Refused(
          403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    }
    AccessKey key = known.get();
    String expected =
        Signature.of(
            call, authorization.signedHeaders(), authorization.scope(), date, key.secret());
    if (!same(expected, authorization.signature())) {
      return mismatch(
          "The request signature we calculated does not match the signature you provided. Check"
              + " your AWS Secret Access Key and signing method. Consult the service documentation"
              + " for details.");
    }
    return isExpired(key)
        ? new Refused(403, "ExpiredToken", "The security token included in the request is expired")
        : new Signed(key);
  }

  private Optional<Refused> checkDate(String date) {
    Instant signed;
    try {
      signed = AMZ_DATE.parse(date, Instant::from);
    } catch (DateTimeParseException e) {
      return Optional.of(
          incomplete("Date must be in ISO-8601 'basic format'. Got '" + date + "'."));
    }
    Instant now = clock.instant();
    if (signed.isBefore(now.minus(SKEW))) {
      String earliest = AMZ_DATE.format(now.minus(SKEW));
      return Optional.of(
          mismatch(
              "Signature expired: %s is now earlier than %s (%s - 5 min.)"
                  .formatted(date, earliest, AMZ_DATE.format(now))));
    }
    if (signed.isAfter(now.plus(SKEW))) {
      String latest = AMZ_DATE.format(now.plus(SKEW));
      return Optional.of(
          mismatch(
              "Signature not yet current: %s is still later than %s (%s + 5 min.)"
                  .formatted(date, latest, AMZ_DATE.format(now))));
    }
    return Optional.empty();
  }

  private Optional<Refused> checkScope(Authorization.Scope scope, String date) {
    if (!scope.region().equals(region)) {
      return Optional.of(
          mismatch("Credential should be scoped to a valid region, not '" + scope.region() + "'."));
    }
    if (!scope.service().equals(service)) {
      return Optional.of(
          mismatch("Credential should be scoped to correct service: '" + service + "'."));
    }
    if (!scope.terminator().equals(TERMINATOR)) {
      return Optional.of(
          mismatch(
              "Credential should be scoped with a valid terminator: 'aws4_request', not '%s'."
                  .formatted(scope.terminator())));
    }
    if (!date.startsWith(scope.date() + "T")) {
      return Optional.of(
          mismatch(
              "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
                  + " HTTP: '%s' != '%s', from '%s'."
                      .formatted(scope.date(), date.substring(0, 8), date)));
    }
    return Optional.empty();
  }

  /** Host and every x-amz- header must be signed: an unsigned one could have been added. */
  private static Optional<Refused> checkSignedHeaders(HttpCall call, Authorization authorization) {
    if (!authorization.signedHeaders().contains("host")) {
      return Optional.of(
          mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
    }
    return call.headers().keySet().stream()
        .filter(name -> name.startsWith("x-amz-"))
        .filter(name -> !authorization.signedHeaders().contains(name))
        .sorted()
        .findFirst()
        .map(name -> mismatch("'" + name + "' must be a 'SignedHeader' in the AWS Authorization."));
  }

  private static boolean tokenMatches(HttpCall call, AccessKey key) {
    String expected = key.temporary().map(AccessKey.Temporary::sessionToken).orElse("");
    return same(expected, call.header("x-amz-security-token").orElse(""));
  }

  private boolean isExpired(AccessKey key) {
    return key.temporary()
        .map(temporary -> !clock.instant().isBefore(temporary.expiration()))
        .orElse(false);
  }

  private static boolean same(String expected, String actual) {
    return MessageDigest.isEqual(expected.getBytes(UTF_8), actual.getBytes(UTF_8));
  }

  private static Refused incomplete(String message) {
    return new Refused(400, "IncompleteSignature", message);
  }

  private static Refused mismatch(String message) {
    return new Refused(403, "SignatureDoesNotMatch", message);
  }
}
