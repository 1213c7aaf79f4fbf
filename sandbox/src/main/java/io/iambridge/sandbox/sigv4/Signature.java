package io.iambridge.sandbox.sigv4;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Computes Signature Version 4 signatures. */
public final class Signature {

  private static final String HMAC = "HmacSHA256";

  private Signature() {}

  /** The lower-case hex SHA-256 of a body. */
  public static String payloadHash(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String of(
      HttpCall call,
      List<String> signedHeaders,
      Authorization.Scope scope,
      String amzDate,
      String secret) {
    String canonical = CanonicalRequest.of(call, signedHeaders);
    String toSign =
        String.join(
            "\n",
            Authorization.ALGORITHM,
            amzDate,
            scope.text(),
            payloadHash(canonical.getBytes(UTF_8)));
    byte[] key = ("AWS4" + secret).getBytes(UTF_8);
    for (String part : List.of(scope.date(), scope.region(), scope.service(), scope.terminator())) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(hmac(key, toSign));
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
