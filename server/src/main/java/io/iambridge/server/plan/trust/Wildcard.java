package io.iambridge.server.plan.trust;

/**
 * {@code StringLike}: {@code *} is any text, {@code ?} any one character, case counts.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html">Condition
 *     operators</a>
 */
final class Wildcard {
  private Wildcard() {}

  static boolean isIn(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
  }

  /** Whether the whole text matches; in at most the product of both lengths. */
  static boolean matches(String pattern, String text) {
    int at = 0;
    int next = 0;
    int star = -1;
    int textAtStar = 0;
    while (at < text.length()) {
      char wanted = next < pattern.length() ? pattern.charAt(next) : 0;
      if (wanted == '*') {
        star = next++;
        textAtStar = at;
      } else if (next < pattern.length() && (wanted == '?' || wanted == text.charAt(at))) {
        next++;
        at++;
      } else if (star >= 0) {
        next = star + 1;
        at = ++textAtStar;
      } else {
        return false;
      }
    }
    while (next < pattern.length() && pattern.charAt(next) == '*') {
      next++;
    }
    return next == pattern.length();
  }
}
