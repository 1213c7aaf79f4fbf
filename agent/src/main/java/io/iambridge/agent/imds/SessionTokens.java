package io.iambridge.agent.imds;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * IMDSv2 session tokens that nobody has to remember.
 *
 * <p>How it works. A token is base64url of: version (1 byte), expiry in epoch seconds (4 bytes,
 * unsigned), HMAC-SHA256 over both and the pod's UID. So a token says by itself until when it is
 * good, and verifies only for the pod it was made for.
 */
public final class SessionTokens {
  private static final byte VERSION = 1;
  private static final String ALGORITHM = "HmacSHA256";
  private static final int SIGNED_BYTES = 1 + Integer.BYTES;
  private static final int MAC_BYTES = 32;

  /** Without padding, a token is this long; anything else is not even decoded. */
  static final int TOKEN_LENGTH = ((SIGNED_BYTES + MAC_BYTES) * 8 + 5) / 6;

  private final ThreadLocal<Mac> macs;

  private SessionTokens(byte[] key) {
    SecretKeySpec secret = new SecretKeySpec(key, ALGORITHM);
    this.macs = ThreadLocal.withInitial(() -> newMac(secret));
  }

  /** With the key kept in the directory; see {@link TokenKey}. */
  public static SessionTokens withKeyIn(Path directory, SecureRandom random) {
    return new SessionTokens(TokenKey.loadOrCreate(directory, random));
  }

  /** A new token for the pod. */
  String create(String podUid, Instant expiry) {
    byte[] token =
        ByteBuffer.allocate(SIGNED_BYTES + MAC_BYTES)
            .put(VERSION)
            .putInt((int) expiry.getEpochSecond())
            .array();
    System.arraycopy(mac(token, podUid), 0, token, SIGNED_BYTES, MAC_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /** Whether the token was made for this pod and is still good. */
  boolean verify(String token, String podUid, Instant now) {
    if (token.length() != TOKEN_LENGTH) {
      return false;
    }
    byte[] decoded;
    try {
      decoded = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      return false;
    }
    ByteBuffer fields = ByteBuffer.wrap(decoded);
    if (fields.get() != VERSION) {
      return false;
    }
    long expiry = Integer.toUnsignedLong(fields.getInt());
    byte[] given = new byte[MAC_BYTES];
    fields.get(given);
    boolean genuine = MessageDigest.isEqual(given, mac(decoded, podUid));
    return genuine && now.getEpochSecond() < expiry;
  }

  private byte[] mac(byte[] token, String podUid) {
    Mac mac = macs.get();
    mac.update(token, 0, SIGNED_BYTES);
    return mac.doFinal(podUid.getBytes(StandardCharsets.UTF_8));
  }

  private static Mac newMac(SecretKeySpec secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
