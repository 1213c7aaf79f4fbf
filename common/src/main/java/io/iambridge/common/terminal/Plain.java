package io.iambridge.common.terminal;

/**
 * Texts that others wrote, fit for a terminal: what moves its cursor, sets its colours or turns the
 * direction of reading around is not passed on.
 */
public final class Plain {
  private static final char INSTEAD = '?';

  private Plain() {}

  /** One line of what a terminal shows as it is; what it would not show so is a question mark. */
  public static String of(String text) {
    if (text.codePoints().allMatch(Plain::isPlain)) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints().forEach(code -> plain.appendCodePoint(isPlain(code) ? code : INSTEAD));
    return plain.toString();
  }

  /** Controls (C0, C1, DEL), line separators, and formats such as the overrides of direction. */
  private static boolean isPlain(int code) {
    return switch (Character.getType(code)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
