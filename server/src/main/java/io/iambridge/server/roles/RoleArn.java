package io.iambridge.server.roles;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of an IAM role, in any partition.
 *
 * @param partition {@code aws}, {@code aws-cn}, {@code aws-us-gov}, …
 * @param account twelve digits
 * @param path begins and ends with a slash; {@code /} when there is none
 * @param name without path
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html">IAM
 *     identifiers</a>
 */
public record RoleArn(String partition, String account, String path, String name) {
  private static final Pattern PARTITION = Pattern.compile("aws(?:-[a-z]+)*");
  // The longest is some 10 characters; also, the pattern is not tried on what is far longer.
  private static final int MAX_PARTITION = 32;
  private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
  // IAM: a path element may be any printable ASCII character; an empty element (//) is legal there,
  // but never meant.
  private static final Pattern PATH = Pattern.compile("/(?:[!-.0-~]{1,510}/)*");
  private static final int MAX_PATH = 512;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_+=,.@-]{1,64}");
  private static final Pattern ARN =
      Pattern.compile("arn:([^:]*):iam::([^:]*):role(/(?:.*/)?)([^/]*)", Pattern.DOTALL);

  public RoleArn {
    if (partition.length() > MAX_PARTITION) {
      throw new IllegalArgumentException("partition is longer than " + MAX_PARTITION);
    }
    require(PARTITION, partition, "partition");
    require(ACCOUNT, account, "account");
    if (path.length() > MAX_PATH) {
      throw new IllegalArgumentException("role path is longer than " + MAX_PATH);
    }
    require(PATH, path, "role path");
    require(NAME, name, "role name");
  }

  /**
   * Parses an ARN.
   *
   * @throws IllegalArgumentException when it is not the ARN of an IAM role; the message says what
   *     is wrong
   */
  public static RoleArn parse(String arn) {
    Matcher matcher = ARN.matcher(arn);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not the ARN of an IAM role: " + Quoted.of(arn));
    }
    return new RoleArn(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
  }

  private static void require(Pattern pattern, String value, String what) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException("not a legal " + what + ": " + Quoted.of(value));
    }
  }

  /** The ARN. */
  @Override
  public String toString() {
    return "arn:" + partition + ":iam::" + account + ":role" + path + name;
  }
}
