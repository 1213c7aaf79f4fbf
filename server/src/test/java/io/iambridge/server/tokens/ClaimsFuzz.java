package io.iambridge.server.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** What a token says of itself is read or not there, and never an exception. */
public final class ClaimsFuzz {
  private ClaimsFuzz() {}

  /** The bytes are a token, and the claims of one. */
  public static void run(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    boolean threeParts = text.chars().filter(c -> c == '.').count() == 2;
    Optional<Instant> ofToken = TokenClaims.expiration(text);
    assertThat(ofToken.isPresent() && !threeParts).as("no JWT has an expiration").isFalse();
    String claims = Base64.getUrlEncoder().withoutPadding().encodeToString(input);
    Optional<Instant> ofClaims = TokenClaims.expiration("e30." + claims + ".c2ln");
    assertThat(ofClaims.isPresent() && !text.contains("\"")).as("an object has a name").isFalse();
  }
}
