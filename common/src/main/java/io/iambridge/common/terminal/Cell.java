package io.iambridge.common.terminal;

/** A text in a table, without what would move a terminal's cursor. */
public record Cell(String text, Style style) {
  public Cell {
    text = Plain.of(text);
  }

  /** Without a style. */
  public static Cell of(String text) {
    return new Cell(text, Style.PLAIN);
  }
}
