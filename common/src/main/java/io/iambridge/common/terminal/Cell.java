package io.iambridge.common.terminal;

/** A text in a table. */
public record Cell(String text, Style style) {
  /** Without a style. */
  public static Cell of(String text) {
    return new Cell(text, Style.PLAIN);
  }
}
