package io.iambridge.agent.podidentity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A ServiceAccount token as a pod sent it: has the shape of a JWT, and nothing more is known. */
public final class Token {
  private static final int PARTS = 3;

  private final String value;

  private Token(String value) {
    this.value = value;
  }

  /**
   * What a token is remembered by, so that no memory of the agent is a bag of tokens.
   *
   * @param sha256 in hex
   */
  record Hash(String sha256) {}

  /**
   * Takes a text for a token.
   *
   * @throws IllegalArgumentException when it is not three parts of base64url (RFC 7515, 3.1), and
   *     so could break out of a header; the message does not show it
   */
  public static Token of(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException("token contains an invalid number of segments");
    }
    for (String part : parts) {
      if (part.isEmpty() || !part.chars().allMatch(Token::isBase64Url)) {
        throw new IllegalArgumentException("token contains a segment that is not base64url");
      }
    }
    return new Token(text);
  }

  private static boolean isBase64Url(int c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  /** The secret itself: to be sent, never to be printed. */
  public String secret() {
    return value;
  }

  Hash hash() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return new Hash(
          HexFormat.of().formatHex(digest.digest(value.getBytes(StandardCharsets.US_ASCII))));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Only how long it is. */
  @Override
  public String toString() {
    return "Token[" + value.length() + " characters]";
  }
}
