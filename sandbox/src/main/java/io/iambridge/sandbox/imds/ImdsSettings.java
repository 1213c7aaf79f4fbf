package io.iambridge.sandbox.imds;

/**
 * The instance that the metadata service tells of.
 *
 * @param versionTwo what it does about session tokens
 * @param region e.g. {@code eu-west-1}
 * @param zone e.g. {@code eu-west-1a}
 * @param instanceId e.g. {@code i-0123456789abcdef0}
 * @param account twelve digits
 * @param roleName name of the node's role; the profile is called the same
 * @param localIpv4 the node's address
 */
public record ImdsSettings(
    VersionTwo versionTwo,
    String region,
    String zone,
    String instanceId,
    String account,
    String roleName,
    String localIpv4) {

  /** What the metadata service does about session tokens (HttpTokens of an instance). */
  public enum VersionTwo {
    /** Nothing is told without a token. */
    REQUIRED,
    /** Who sends a token is held to it. */
    OPTIONAL,
    /** There are no tokens, as before November 2019. */
    ABSENT
  }

  /** An instance of role {@code node} in the first zone of a region. */
  public static ImdsSettings of(VersionTwo versionTwo, String region, String account) {
    return new ImdsSettings(
        versionTwo, region, region + "a", "i-0123456789abcdef0", account, "node", "10.0.0.10");
  }

  /** The ARN of the node's role. */
  public String roleArn() {
    return "arn:" + partition() + ":iam::" + account + ":role/" + roleName;
  }

  String partition() {
    return region.startsWith("cn-")
        ? "aws-cn"
        : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }
}
