package io.iambridge.server.policy;

import io.iambridge.server.roles.RoleResolver;
import java.util.function.Predicate;

/**
 * How the entries of kube2iam's {@code allowed-roles} are written: its {@code
 * --namespace-restriction-format}. An entry that is not an ARN follows the base ARN, in both.
 */
public enum AllowedRolesFormat {
  /** {@code *} stands for any text, everything else for itself; matches the whole ARN. */
  GLOB {
    @Override
    Predicate<String> compile(String entry, RoleResolver roles, Expressions expressions) {
      return new Glob(roles.expand(entry))::matches;
    }
  },
  /**
   * A regular expression that has to match the whole ARN. kube2iam lets {@code svc} admit {@code
   * svc-admin}; we do not.
   */
  REGEXP {
    @Override
    Predicate<String> compile(String entry, RoleResolver roles, Expressions expressions) {
      // The anchors say what holds anyway, and would hide that it is an ARN, as they do in
      // kube2iam.
      String bare = entry.startsWith("^") ? entry.substring(1) : entry;
      // Alone: "a)|(b" is an error, and must not become legal behind the base.
      Predicate<String> alone = expressions.compile(bare);
      String base = roles.expand("");
      return bare.startsWith("arn:")
          ? alone
          : arn -> arn.startsWith(base) && alone.test(arn.substring(base.length()));
    }
  };

  /**
   * Compiles an entry.
   *
   * @param expressions the namespace's budget
   * @throws com.google.re2j.PatternSyntaxException when it is not legal
   */
  abstract Predicate<String> compile(String entry, RoleResolver roles, Expressions expressions);
}
