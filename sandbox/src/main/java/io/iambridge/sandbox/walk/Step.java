package io.iambridge.sandbox.walk;

import io.iambridge.common.terminal.Cell;
import io.iambridge.common.terminal.Style;
import io.iambridge.common.terminal.Table;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.server.modes.Mode;
import java.util.List;

/**
 * What was seen of the pod in a mode.
 *
 * @param gets who STS says the pod is, or why it gets nothing
 * @param mechanism the operation of AWS that gave it the credentials; {@code -} for none
 * @param rehearsal what was found by trying what the namespace may move to; {@code -} where nothing
 *     is tried
 */
public record Step(Mode mode, Gets gets, String mechanism, String rehearsal) {
  /** Where there is nothing to say. */
  static final String NONE = "-";

  private static final int OK = 200;
  private static final int MAX_GETS = 80;

  /** A row for each. */
  public static Table table(List<Step> steps) {
    Table table = new Table("MODE", "STATUS", "GETS", "BY", "REHEARSAL");
    steps.forEach(step -> table.row(step.row()));
    return table;
  }

  private Cell[] row() {
    boolean ok = gets.status() == OK;
    return new Cell[] {
      Cell.of(mode.label()),
      new Cell(String.valueOf(gets.status()), ok ? Style.GOOD : Style.WARNING),
      new Cell(shorten(gets.text()), ok ? Style.GOOD : Style.PLAIN),
      Cell.of(mechanism),
      Cell.of(rehearsal)
    };
  }

  private static String shorten(String text) {
    return text.length() > MAX_GETS ? text.substring(0, MAX_GETS - 1) + "…" : text;
  }
}
