package io.iambridge.agent.imds;

/**
 * A role ARN as callers spell it.
 *
 * @param arn e.g. {@code arn:aws:iam::123456789012:role/team/app}
 */
record Role(String arn) {
  private static final String RESOURCE = ":role/";

  /** "team/app" of {@code …:role/team/app}. */
  private String pathAndName() {
    int resource = arn.indexOf(RESOURCE);
    return resource < 0 ? arn : arn.substring(resource + RESOURCE.length());
  }

  /** "app" of {@code …:role/team/app}: what the real service lists. */
  String name() {
    return arn.substring(arn.lastIndexOf('/') + 1);
  }

  /**
   * Whether the text means this role: its name, its path and name, with a slash before, or its ARN.
   */
  boolean isSpelled(String text) {
    if (text.equals(arn)) {
      return true;
    }
    String role = text.startsWith("/") ? text.substring(1) : text;
    return role.equals(name()) || role.equals(pathAndName());
  }

  /** The ARN an instance profile of the same name would have. */
  String instanceProfileArn() {
    return arn.replaceFirst(RESOURCE, ":instance-profile/");
  }
}
