package io.iambridge.server.eksauth;

import io.iambridge.server.roles.RoleArn;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose credentials EKS Auth gave: {@code arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION}. A role's
 * path is not in it (IAM, "IAM identifiers": assumed-role ARNs), so roles are compared by
 * partition, account and name; names are unique in an account.
 *
 * @param partition of AWS
 * @param account its number
 * @param name of the role, without path
 */
record AssumedRole(String partition, String account, String name) {
  /** The ARN of the role itself is taken too. */
  private static final Pattern ARN =
      Pattern.compile(
          "arn:([a-z0-9-]+):(?:sts|iam)::([0-9]{12}):(?:assumed-role/([^/]+)/.*|role/(?:.*/)?([^/]+))");

  private static final AssumedRole NONE = new AssumedRole("", "", "");

  static AssumedRole parse(String arn) {
    Matcher matcher = ARN.matcher(arn);
    if (!matcher.matches()) {
      return NONE;
    }
    String name = matcher.group(3) == null ? matcher.group(4) : matcher.group(3);
    return new AssumedRole(matcher.group(1), matcher.group(2), name);
  }

  boolean isOf(RoleArn role) {
    return !name.isEmpty() && equals(parse(role.toString()));
  }
}
