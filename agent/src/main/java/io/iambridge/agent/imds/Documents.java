package io.iambridge.agent.imds;

import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.http.BodyText;
import io.iambridge.agent.http.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The documents, to the byte as the real service formats them: shell scripts cut them by line, and
 * old SDKs parse the dates with exactly this pattern.
 */
public final class Documents {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  /**
   * An instance profile's id: this prefix and 17 characters (IAM User Guide, "IAM identifiers").
   */
  private static final String PROFILE_ID_PREFIX = "AIPA";

  private static final int PROFILE_ID_LENGTH = 17;
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  private Documents() {}

  /** The credentials document, ready to be written to any number of callers. */
  public static Response credentials(Credentials credentials) {
    String json =
        """
        {
          "Code" : "Success",
          "LastUpdated" : "%s",
          "Type" : "AWS-HMAC",
          "AccessKeyId" : "%s",
          "SecretAccessKey" : "%s",
          "Token" : "%s",
          "Expiration" : "%s"
        }\
        """
            .formatted(
                SECONDS.format(credentials.issued()),
                BodyText.jsonEscape(credentials.accessKeyId()),
                BodyText.jsonEscape(credentials.secretAccessKey()),
                BodyText.jsonEscape(credentials.sessionToken()),
                SECONDS.format(credentials.expiration()));
    return Response.text(200, json).lastModified(credentials.issued()).buildShared();
  }

  /** The name of the role, alone: boto2 and PHP take a line feed for part of it. */
  static Response roleList(Role role) {
    return Response.text(200, role.name()).build();
  }

  /** The instance profile document. */
  static Response info(Role role, Instant updated) {
    String json =
        """
        {
          "Code" : "Success",
          "LastUpdated" : "%s",
          "InstanceProfileArn" : "%s",
          "InstanceProfileId" : "%s"
        }\
        """
            .formatted(
                SECONDS.format(updated),
                BodyText.jsonEscape(role.instanceProfileArn()),
                profileId(role));
    return Response.text(200, json).lastModified(updated).build();
  }

  /** Always the same for a role, as a real profile's is. */
  private static String profileId(Role role) {
    byte[] digest;
    try {
      digest =
          MessageDigest.getInstance("SHA-256").digest(role.arn().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
    StringBuilder id = new StringBuilder(PROFILE_ID_PREFIX);
    for (int i = 0; i < PROFILE_ID_LENGTH; i++) {
      id.append(BASE32.charAt(Byte.toUnsignedInt(digest[i]) % BASE32.length()));
    }
    return id.toString();
  }
}
