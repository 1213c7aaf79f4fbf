package io.iambridge.server.roles;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Makes RoleSessionNames of sessions that are one pod's, such that who reads CloudTrail knows the
 * pod.
 */
public final class TargetSessionNames {
  private static final Pattern ILLEGAL = Pattern.compile("[^A-Za-z0-9_+=,.@-]");
  // STS takes 2 to 64 characters (API reference, AssumeRoleWithWebIdentity).
  private static final int MIN = 2;
  private static final int MAX = 64;
  private static final int HASH_BYTES = 4;

  private TargetSessionNames() {}

  /**
   * The legal RoleSessionName: what the pod's annotation says, else {@code NAMESPACE.POD}. What is
   * too long ends in a dash and eight digits of its hash, so that two pods whose long names begin
   * alike are told apart.
   *
   * @param annotation empty means it says nothing
   */
  public static String of(String annotation, String namespace, String pod) {
    String wanted = annotation.isEmpty() ? namespace + "." + pod : annotation;
    String legal = ILLEGAL.matcher(wanted).replaceAll("-");
    if (legal.length() < MIN) {
      return legal + "-";
    }
    if (legal.length() <= MAX) {
      return legal;
    }
    String end = "-" + hash(wanted);
    return legal.substring(0, MAX - end.length()) + end;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
