package io.iambridge.server.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * What a token says of itself. Only to be believed of a token that Kubernetes has found authentic:
 * no signature is looked at here.
 */
public final class TokenClaims {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PARTS = 3;

  private TokenClaims() {}

  /** The claim {@code exp} (RFC 7519, 4.1.4); empty when there is none, or this is no JWT. */
  public static Optional<Instant> expiration(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != PARTS) {
      return Optional.empty();
    }
    try {
      // By code point: whatever is no UTF-8 is no JSON either.
      JsonNode exp = JSON.readTree(Base64.getUrlDecoder().decode(parts[1])).path("exp");
      return exp.isNumber() ? Optional.of(Instant.ofEpochSecond(exp.asLong())) : Optional.empty();
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    } catch (java.io.IOException e) {
      throw new IllegalStateException("reading from memory does not fail otherwise", e);
    }
  }
}
