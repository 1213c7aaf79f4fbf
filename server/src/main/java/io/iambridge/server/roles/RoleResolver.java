package io.iambridge.server.roles;

/**
 * Turns what people write into role ARNs: a name, a path and a name with or without a leading
 * slash, or a full ARN (in any account and partition), as kiam and kube2iam take them.
 */
public final class RoleResolver {
  private static final String ARN = "arn:";

  private final String base;

  /**
   * @param baseArn what is put before a role that is not an ARN: {@code
   *     arn:aws:iam::123456789012:role/}. A plain prefix, as in kiam, so that {@code …:role/team-}
   *     works too; only a slash missing right after {@code :role} is added.
   * @throws IllegalArgumentException when no role name can follow it
   */
  public RoleResolver(String baseArn) {
    base = baseArn.endsWith(":role") ? baseArn + "/" : baseArn;
    try {
      RoleArn.parse(base + "x");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          Quoted.of(baseArn) + " is not a base like arn:aws:iam::123456789012:role/", e);
    }
  }

  /** The base for an account: what detection finds. */
  public static RoleResolver forAccount(String partition, String account) {
    return new RoleResolver("arn:" + partition + ":iam::" + account + ":role/");
  }

  /**
   * Resolves a role.
   *
   * @throws IllegalArgumentException when it is no role; the message says what is wrong, safe to
   *     show
   */
  public RoleArn resolve(String role) {
    return RoleArn.parse(expand(role));
  }

  /**
   * The same for text that may hold wildcards or be an expression, as in a namespace's rule: not
   * checked.
   */
  public String expand(String role) {
    if (role.startsWith(ARN)) {
      return role;
    }
    return base + (role.startsWith("/") ? role.substring(1) : role);
  }

  /** The base, for logs. */
  @Override
  public String toString() {
    return base;
  }
}
