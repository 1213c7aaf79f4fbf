package io.iambridge.sandbox.iam;

import io.iambridge.sandbox.secrets.IssuedSecrets;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** Makes ids and secrets that look like AWS's ("IAM identifiers", IAM user guide). */
final class Ids {

  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int KEY_ID_LENGTH = 16;
  private static final int UNIQUE_ID_LENGTH = 17;
  private static final int SECRET_BYTES = 30;
  private static final int TOKEN_BYTES = 420;

  private final RandomGenerator random;

  Ids(RandomGenerator random) {
    this.random = random;
  }

  String longTermKeyId() {
    return text("AKIA", KEY_ID_LENGTH);
  }

  String temporaryKeyId() {
    return text("ASIA", KEY_ID_LENGTH);
  }

  String userId() {
    return text("AIDA", UNIQUE_ID_LENGTH);
  }

  String roleId() {
    return text("AROA", UNIQUE_ID_LENGTH);
  }

  /** 40 characters, as AWS's secrets have. */
  String secret() {
    return IssuedSecrets.noted(base64(SECRET_BYTES));
  }

  /** Opaque and long: programs must not depend on its size. */
  String sessionToken() {
    return IssuedSecrets.noted("IQoJb3JpZ2luX2Vj" + base64(TOKEN_BYTES));
  }

  private synchronized String text(String prefix, int length) {
    StringBuilder text = new StringBuilder(prefix);
    for (int i = 0; i < length; i++) {
      text.append(BASE32.charAt(random.nextInt(BASE32.length())));
    }
    return text.toString();
  }

  private synchronized String base64(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
