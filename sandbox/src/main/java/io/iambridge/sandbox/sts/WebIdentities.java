package io.iambridge.sandbox.sts;

import com.fasterxml.jackson.databind.JsonNode;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.OidcProvider;
import io.iambridge.sandbox.oidc.IssuerException;
import io.iambridge.sandbox.oidc.Issuers;
import io.iambridge.sandbox.oidc.Jwt;
import io.iambridge.sandbox.query.QueryException;
import java.security.PublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out who a web identity token proves, for one account: registered issuer, signature, time,
 * audience. The texts are those that people report from AWS; where none is reported, the API
 * reference's.
 */
final class WebIdentities {
  private static final String INVALID = "InvalidIdentityToken";

  private final Iam iam;
  private final Issuers issuers;
  private final InstantSource clock;

  WebIdentities(Iam iam, Issuers issuers, InstantSource clock) {
    this.iam = iam;
    this.issuers = issuers;
    this.clock = clock;
  }

  /** Who it proves, and whom one relies on for it. */
  record Identity(OidcProvider provider, String subject, String audience) {}

  Identity prove(String account, String token) throws QueryException {
    Jwt jwt =
        Jwt.parse(token)
            .orElseThrow(() ->
                invalid(
                    "The ID Token provided is not a valid JWT. (You may see this error if you sent"
                        + " an Access Token)"));
    String issuer = claim(jwt, "iss");
    OidcProvider provider =
        iam.oidcProviders()
            .trusted(account, issuer)
            .orElseThrow(
                () -> invalid("No OpenIDConnect provider found in your account for " + issuer));
    if (!jwt.isSignedBy(key(issuer, jwt))) {
      throw invalid("The web identity token that was passed could not be validated by AWS");
    }
    long now = clock.instant().getEpochSecond();
    long end = jwt.claims().path("exp").asLong();
    if (now >= end) {
      throw new QueryException(
          400,
          "ExpiredTokenException",
          "Token expired: current date/time %d must be before the expiration date/time %d"
              .formatted(now, end));
    }
    return new Identity(provider, claim(jwt, "sub"), audience(jwt, provider));
  }

  private PublicKey key(String issuer, Jwt jwt) throws QueryException {
    try {
      return issuers.key(issuer, jwt.keyId());
    } catch (IssuerException e) {
      throw e.isUnreachable()
          ? new QueryException(
              400,
              "IDPCommunicationError",
              "The identity provider could not be reached to verify the token: " + issuer)
          : invalid(
              "Couldn't retrieve verification key from your identity provider,  please reference"
                  + " AssumeRoleWithWebIdentity documentation for requirements");
    }
  }

  private static String audience(Jwt jwt, OidcProvider provider) throws QueryException {
    JsonNode claim = jwt.claims().path("aud");
    List<String> audiences = new ArrayList<>();
    if (claim.isTextual()) {
      audiences.add(claim.asText());
    }
    claim.forEach(one -> audiences.add(one.asText()));
    if (audiences.isEmpty()) {
      throw missing("aud");
    }
    return audiences.stream()
        .filter(provider.clientIds()::contains)
        .findFirst()
        .orElseThrow(() -> invalid("Incorrect token audience"));
  }

  private static String claim(Jwt jwt, String name) throws QueryException {
    String value = jwt.claims().path(name).asText();
    if (value.isEmpty()) {
      throw missing(name);
    }
    return value;
  }

  private static QueryException missing(String claim) {
    return invalid("Missing a required claim: " + claim);
  }

  private static QueryException invalid(String message) {
    return new QueryException(400, INVALID, message);
  }
}
