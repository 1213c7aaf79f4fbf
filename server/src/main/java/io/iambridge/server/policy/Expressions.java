package io.iambridge.server.policy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.function.Predicate;

/**
 * Compiles regular expressions that tenants write, within bounds: RE2/J multiplies counted
 * repetitions out, so that thirty characters like {@code ((x{1000}){1000}){1000}} would take all
 * memory of a server that answers a whole cluster.
 *
 * <p>One budget is for all expressions of a namespace. It is some hundred full ARNs, or far more
 * repetitions than a rule about ARNs has a use for; a program of that size takes about a megabyte.
 */
final class Expressions {
  private static final int MAX_SIZE = 20_000;

  private long left = MAX_SIZE;

  /**
   * A test whether a whole text matches.
   *
   * @throws PatternSyntaxException when it is not legal RE2 syntax, or too large together with
   *     those before it
   */
  Predicate<String> compile(String expression) {
    return pattern(expression)::matches;
  }

  /** The same, but a part of the text that matches is enough. */
  Predicate<String> compileUnanchored(String expression) {
    Pattern pattern = pattern(expression);
    return text -> pattern.matcher(text).find();
  }

  private Pattern pattern(String expression) {
    left -= ExpressionSize.of(expression);
    if (left < 0) {
      throw new PatternSyntaxException(
          "longer than " + MAX_SIZE + " characters, repetitions multiplied out");
    }
    return Pattern.compile(expression);
  }
}
