package io.iambridge.agent.metadata;

import java.util.regex.Pattern;

/**
 * A text that may be looked at only so often. An operator's expression like {@code (a+)+b} takes
 * the JDK's matcher for ever on a path that a pod chooses, and that would be on an event loop; it
 * reads every character from here, and is stopped.
 */
final class BoundedText implements CharSequence {
  /** A sane expression looks at a path of 256 characters some hundred times; this takes 1 ms. */
  private static final int MOST_LOOKS = 100_000;

  private final String text;
  private int looks;

  private BoundedText(String text) {
    this.text = text;
  }

  /** Whether the pattern matches the whole text; one that cannot tell soon does not match. */
  static boolean matches(Pattern pattern, String text) {
    try {
      return pattern.matcher(new BoundedText(text)).matches();
    } catch (TooManyLooks e) {
      return false;
    }
  }

  @Override
  public char charAt(int index) {
    if (++looks > MOST_LOOKS) {
      throw new TooManyLooks();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }

  private static final class TooManyLooks extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyLooks() {
      super("an expression takes too long", null, /* enableSuppression= */ false, false);
    }
  }
}
