package io.iambridge.server.policy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Compiles regular expressions that tenants write, within bounds: RE2/J multiplies counted
 * repetitions out, so that thirty characters like {@code ((x{1000}){1000}){1000}} would take all
 * memory of a server that answers a whole cluster.
 */
final class Expressions {
  private static final int MAX_LENGTH = 4_096;
  private static final int MAX_SIZE = 10_000;

  private Expressions() {}

  /**
   * Compiles.
   *
   * @throws PatternSyntaxException when it is not legal RE2 syntax, or too large
   */
  static Pattern compile(String expression) {
    if (expression.length() > MAX_LENGTH) {
      throw new PatternSyntaxException("longer than " + MAX_LENGTH + " characters");
    }
    if (ExpressionSize.of(expression) > MAX_SIZE) {
      throw new PatternSyntaxException("repetitions or groups multiply to more than " + MAX_SIZE);
    }
    return Pattern.compile(expression);
  }
}
