package io.iambridge.server.sts;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who we are to AWS, as GetCallerIdentity says.
 *
 * @param arn of the user or the assumed role
 * @param partition {@code aws}, {@code aws-cn}, …
 * @param account twelve digits
 * @param assumedRole whether we are an assumed role, so that every session we get is chained
 */
public record CallerIdentity(String arn, String partition, String account, boolean assumedRole) {
  private static final Pattern ARN =
      Pattern.compile("arn:([a-z-]+):(?:sts|iam)::([0-9]{12}):([a-z-]+)(?:/.*)?");

  /**
   * Reads the ARN that STS gave.
   *
   * @throws IllegalArgumentException when it is not of that form
   */
  public static CallerIdentity parse(String arn) {
    Matcher matcher = ARN.matcher(arn);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not the ARN of a caller: " + arn);
    }
    return new CallerIdentity(
        arn, matcher.group(1), matcher.group(2), matcher.group(3).equals("assumed-role"));
  }

  /** What role names are put behind: {@code arn:aws:iam::123456789012:role/}. */
  public String roleBaseArn() {
    return "arn:" + partition + ":iam::" + account + ":role/";
  }
}
