package io.iambridge.server.policy;

import com.google.re2j.Pattern;
import io.iambridge.server.roles.RoleResolver;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How the entries of kube2iam's {@code allowed-roles} are written: its {@code
 * --namespace-restriction-format}. An entry that is not an ARN follows the base ARN, in both.
 */
public enum AllowedRolesFormat {
  /** {@code *} stands for any text, everything else for itself; matches the whole ARN. */
  GLOB {
    @Override
    Predicate<String> compile(String entry, RoleResolver roles) {
      String expression =
          Arrays.stream(roles.expand(entry).split("\\*", -1))
              .map(Pattern::quote)
              .collect(Collectors.joining(".*"));
      return Expressions.compile(expression)::matches;
    }
  },
  /**
   * A regular expression that has to match the whole ARN. kube2iam lets {@code svc} admit {@code
   * svc-admin}; we do not.
   */
  REGEXP {
    @Override
    Predicate<String> compile(String entry, RoleResolver roles) {
      // The anchors say what holds anyway, and would hide that it is an ARN, as they do in
      // kube2iam.
      String bare = entry.startsWith("^") ? entry.substring(1) : entry;
      // Compiled alone first: "a)|(b" is an error, and must not become legal behind the base.
      Expressions.compile(bare);
      String base = roles.expand("");
      return bare.startsWith("arn:")
          ? Expressions.compile(bare)::matches
          : Expressions.compile(Pattern.quote(base) + "(?:" + bare + ")")::matches;
    }
  };

  /**
   * Compiles an entry.
   *
   * @throws com.google.re2j.PatternSyntaxException when it is not legal
   */
  abstract Predicate<String> compile(String entry, RoleResolver roles);
}
