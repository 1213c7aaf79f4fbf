package io.iambridge.common.terminal;

/** How a text looks, by what it means. */
public enum Style {
  /** As it is. */
  PLAIN(""),
  /** A heading. */
  HEADING("\u001b[1m"),
  /** As it should be. */
  GOOD("\u001b[32m"),
  /** Refused, rightly or not. */
  WARNING("\u001b[33m"),
  /** Wrong. */
  BAD("\u001b[31m"),
  /** Less important. */
  FAINT("\u001b[2m"),
  /** To be copied. */
  COMMAND("\u001b[36m");

  private static final String RESET = "\u001b[0m";

  private final String code;

  Style(String code) {
    this.code = code;
  }

  String paint(String text, boolean colour) {
    return colour && !code.isEmpty() && !text.isEmpty() ? code + text + RESET : text;
  }
}
