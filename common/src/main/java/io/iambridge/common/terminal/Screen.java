package io.iambridge.common.terminal;

import java.io.PrintWriter;

/** Where a program talks to a person; who wrote a text cannot move that person's cursor. */
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

  /** Prints a line; a break in it is none. */
  public void line(Style style, String text) {
    print(style.paint(Plain.of(text), colour));
  }

  private void print(String painted) {
    out.println(painted);
    out.flush();
  }

  /** Prints lines that are broken where we broke them. */
  public void lines(String text) {
    text.lines().forEach(this::line);
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
    table.lines(colour).forEach(this::print);
  }
}
