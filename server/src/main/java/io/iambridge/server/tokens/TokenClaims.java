package io.iambridge.server.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
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
      // As text: of bytes the parser guesses the encoding, and fails otherwise on broken UTF-32.
      String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      JsonNode exp = JSON.readTree(claims).path("exp");
      return exp.isNumber() ? Optional.of(Instant.ofEpochSecond(exp.asLong())) : Optional.empty();
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
