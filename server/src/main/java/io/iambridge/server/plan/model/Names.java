package io.iambridge.server.plan.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** Makes names that AWS, Kubernetes and file systems take, the same for the same purpose. */
final class Names {
  /** Of Kubernetes' objects here: what a label's value may have, too. */
  static final int MAX_OBJECT = 63;

  /** Of an IAM role. */
  static final int MAX_ROLE = 64;

  private Names() {}

  /** Lower case letters, digits and dashes, as many names in Kubernetes have to be. */
  static String label(String text) {
    String label =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    return label.isEmpty() ? "x" + hash(text) : fitting(label, MAX_OBJECT);
  }

  /** The text, or its beginning and a hash of the whole. */
  static String fitting(String text, int max) {
    return text.length() <= max
        ? text
        : text.substring(0, max - 9).replaceAll("[^A-Za-z0-9]+$", "") + "-" + hash(text);
  }

  /** Eight hexadecimal digits. */
  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
