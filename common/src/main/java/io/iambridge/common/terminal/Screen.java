package io.iambridge.common.terminal;

import java.io.PrintWriter;

/** Where a program talks to a person. */
public final class Screen {
  private final PrintWriter out;
  private final boolean colour;

  /**
   * @param colour whether it is a terminal that shows colours
   */
  public Screen(PrintWriter out, boolean colour) {
    this.out = out;
    this.colour = colour;
  }

  /** Prints a line. */
  public void line(Style style, String text) {
    out.println(style.paint(text, colour));
    out.flush();
  }

  /** Prints a plain line. */
  public void line(String text) {
    line(Style.PLAIN, text);
  }

  /** Prints an empty line. */
  public void gap() {
    line("");
  }

  /** Prints a heading after an empty line. */
  public void heading(String text) {
    gap();
    line(Style.HEADING, text);
  }

  /** Prints a table. */
  public void table(Table table) {
    table.lines(colour).forEach(this::line);
  }
}
