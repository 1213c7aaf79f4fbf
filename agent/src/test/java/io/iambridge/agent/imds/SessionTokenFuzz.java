package io.iambridge.agent.imds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** Session tokens: none verifies but one that was made, for its pod, in its time. */
public final class SessionTokenFuzz {
  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
  private static final String POD = "pod-1";

  /** No directory: the key is this run's, and no input can know it. */
  private static final SessionTokens TOKENS =
      SessionTokens.withKeyIn(Path.of("/dev/null/none"), new SecureRandom());

  private static final String GENUINE = TOKENS.create(POD, NOW.plusSeconds(60));

  private SessionTokenFuzz() {}

  /** The bytes are a token; and what a genuine one is changed by. */
  public static void run(byte[] input) {
    String forged = new String(input, StandardCharsets.ISO_8859_1);
    assertThat(TOKENS.verify(forged, POD, NOW)).as("a token out of nothing").isFalse();

    char[] changed = GENUINE.toCharArray();
    for (int i = 0; i < input.length; i++) {
      int at = i % changed.length;
      changed[at] = (char) (changed[at] ^ Byte.toUnsignedInt(input[i]));
    }
    String other = new String(changed);
    assertThat(TOKENS.verify(other, POD, NOW)).as("a changed token").isEqualTo(isGenuine(other));
    assertThat(TOKENS.verify(other, "pod-2", NOW)).as("another pod's").isFalse();
    assertThat(TOKENS.verify(other, POD, NOW.plusSeconds(60))).as("after its time").isFalse();

    String cut = GENUINE.substring(0, Math.min(input.length, GENUINE.length() - 1)) + forged;
    assertThat(TOKENS.verify(cut, POD, NOW)).as("a cut token").isEqualTo(isGenuine(cut));
  }

  /** Base64 has a few spellings for the same bytes: the last character has bits to spare. */
  private static boolean isGenuine(String token) {
    if (token.length() != GENUINE.length()) {
      return false;
    }
    try {
      Base64.Decoder base64 = Base64.getUrlDecoder();
      return Arrays.equals(base64.decode(token), base64.decode(GENUINE));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
