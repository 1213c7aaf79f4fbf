package io.iambridge.server.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimates how large a regular expression's program gets, without compiling it. Where the
 * expression is not legal the estimate may be anything: the compiler refuses it then, before
 * anything is multiplied out.
 *
 * <h2>How it works</h2>
 *
 * One pass, counting an instruction for each character or class; a group's instructions are added
 * up on a stack, and a counted repetition multiplies what stands before it. Every doubt is decided
 * towards the larger estimate: a bracket expression ends at the first bracket that may end it,
 * never later.
 */
final class ExpressionSize {
  private static final int MAX_DEPTH = 100;
  private static final long TOO_LARGE = Long.MAX_VALUE / 4_096;
  private static final Pattern COUNTED = Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?}");

  private final String expression;
  private final Deque<Long> groups = new ArrayDeque<>();
  private long sum;
  private long last;
  private int at;

  private ExpressionSize(String expression) {
    this.expression = expression;
  }

  /** The estimate, in instructions; very large when groups are nested too deep. */
  static long of(String expression) {
    return new ExpressionSize(expression).scan();
  }

  private long scan() {
    while (at < expression.length()) {
      switch (expression.charAt(at)) {
        case '\\' -> escape();
        case '[' -> atom(bracketEnd() - at, 1);
        case '(' -> open();
        case ')' -> close();
        case '{' -> counted();
        case '*', '+', '?' -> {
          // Part of the atom before it, so that a count behind it multiplies both.
          last++;
          at++;
        }
        default -> atom(1, 1);
      }
      if (groups.size() > MAX_DEPTH || sum + last > TOO_LARGE) {
        return TOO_LARGE;
      }
    }
    while (!groups.isEmpty()) {
      close();
    }
    return sum + last;
  }

  private void atom(int length, long size) {
    sum += last;
    last = size;
    at += length;
  }

  /** {@code \Q…\E}, {@code \x{…}}, {@code \p{…}}, or an escaped character. */
  private void escape() {
    char kind = at + 1 < expression.length() ? expression.charAt(at + 1) : ' ';
    if (kind == 'Q') {
      int end = expression.indexOf("\\E", at);
      int length = (end < 0 ? expression.length() : end + 2) - at;
      atom(length, length);
    } else if ("xpP".indexOf(kind) >= 0 && expression.startsWith("{", at + 2)) {
      int end = expression.indexOf('}', at);
      atom((end < 0 ? expression.length() : end + 1) - at, 1);
    } else {
      atom(2, 1);
    }
  }

  private int bracketEnd() {
    int i = at + 1;
    if (expression.startsWith("^", i)) {
      i++;
    }
    if (expression.startsWith("]", i)) {
      i++;
    }
    while (i < expression.length() && expression.charAt(i) != ']') {
      i += expression.charAt(i) == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  private void open() {
    groups.push(sum + last);
    sum = 0;
    last = 0;
    at++;
  }

  private void close() {
    last = sum + last + 1;
    sum = groups.isEmpty() ? 0 : groups.pop();
    at++;
  }

  private void counted() {
    Matcher matcher = COUNTED.matcher(expression).region(at, expression.length());
    if (!matcher.lookingAt()) {
      atom(1, 1);
      return;
    }
    String most = matcher.group(2) == null || matcher.group(2).isEmpty() ? "0" : matcher.group(2);
    long times = Math.max(Long.parseLong(matcher.group(1)), Long.parseLong(most));
    last = last > TOO_LARGE / Math.max(times, 1) ? TOO_LARGE : last * Math.max(times, 1);
    at = matcher.end();
  }
}
