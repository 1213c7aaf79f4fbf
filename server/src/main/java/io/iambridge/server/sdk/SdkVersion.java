package io.iambridge.server.sdk;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of an SDK, by its numbers: {@code 1.11.704}, {@code 3.7.734.0}, {@code
 * 2.20.1-SNAPSHOT}. What follows the numbers is not compared: a pre-release of a version has what
 * the version has, as far as credentials go.
 *
 * @param major the first number
 * @param minor the second, or 0
 * @param patch the third, or 0
 * @param build the fourth, which .NET has, or 0
 */
public record SdkVersion(int major, int minor, int patch, int build)
    implements Comparable<SdkVersion> {
  private static final String NUMBER = "([0-9]{1,9})";
  private static final Pattern VERSION =
      Pattern.compile(
          "v?"
              + NUMBER
              + "(?:\\."
              + NUMBER
              + ")?(?:\\."
              + NUMBER
              + ")?(?:\\."
              + NUMBER
              + ")?"
              // Not a fifth number: that is no version that we know how to compare.
              + "(?:[^0-9.].*)?");

  /** Reads a version; empty for what is none. */
  public static Optional<SdkVersion> parse(String text) {
    Matcher matcher = VERSION.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new SdkVersion(
                number(matcher, 1), number(matcher, 2), number(matcher, 3), number(matcher, 4)))
        : Optional.empty();
  }

  private static int number(Matcher matcher, int group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  /** Whether it is that version or a later one. */
  public boolean atLeast(SdkVersion minimum) {
    return compareTo(minimum) >= 0;
  }

  @Override
  public int compareTo(SdkVersion other) {
    int order = Integer.compare(major, other.major);
    order = order != 0 ? order : Integer.compare(minor, other.minor);
    order = order != 0 ? order : Integer.compare(patch, other.patch);
    return order != 0 ? order : Integer.compare(build, other.build);
  }

  /** With three numbers, or four when there is a fourth. */
  @Override
  public String toString() {
    String three = major + "." + minor + "." + patch;
    return build == 0 ? three : three + "." + build;
  }
}
