package io.iambridge.server.policy;

/**
 * A text in which {@code *} stands for any text. Its time is at most the product of both lengths:
 * of all stars only the last one passed is ever tried again.
 */
record Glob(String pattern) {

  boolean matches(String text) {
    int at = 0;
    int next = 0;
    int star = -1;
    int textAtStar = 0;
    while (at < text.length()) {
      if (next < pattern.length() && pattern.charAt(next) == '*') {
        star = next++;
        textAtStar = at;
      } else if (next < pattern.length() && pattern.charAt(next) == text.charAt(at)) {
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
