package io.iambridge.server.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A bound on how large a regular expression's program gets, told without compiling it.
 *
 * <p>A character is copied at most as often as all counted repetitions multiply to, and no more
 * often wherever they stand; so the bound is the length times that product. A parser could tell
 * more exactly what is repeated, but a single place where it and RE2 differ (a bracket, a flag, a
 * quotation) would hide a repetition from it. This cannot be misled: what looks like a repetition
 * counts as one.
 */
final class ExpressionSize {
  private static final long TOO_LARGE = Long.MAX_VALUE / 2_000_000_000L;
  private static final Pattern COUNTED = Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?}");

  private ExpressionSize() {}

  /** The bound, in instructions; a very large number instead of an overflow. */
  static long of(String expression) {
    long size = expression.length();
    Matcher counted = COUNTED.matcher(expression);
    while (counted.find() && size < TOO_LARGE) {
      size *= Math.max(1, Math.max(number(counted.group(1)), number(counted.group(2))));
    }
    return size;
  }

  private static long number(@Nullable String digits) {
    return digits == null || digits.isEmpty() ? 0 : Long.parseLong(digits);
  }
}
