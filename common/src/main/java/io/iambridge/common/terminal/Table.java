package io.iambridge.common.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows whose columns are as wide as their widest text. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<Cell>> rows = new ArrayList<>();

  /** With the names of the columns. */
  public Table(String... columns) {
    rows.add(Arrays.stream(columns).map(name -> new Cell(name, Style.HEADING)).toList());
  }

  /** Adds a row; it has a cell for each column. */
  public Table row(Cell... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException("a row of " + cells.length + " cells");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** The lines, without spaces at their ends. */
  public List<String> lines(boolean colour) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<Cell> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).text().length());
      }
    }
    return rows.stream().map(row -> line(row, widths, colour)).toList();
  }

  private static String line(List<Cell> row, int[] widths, boolean colour) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Cell cell = row.get(i);
      boolean last = i == widths.length - 1;
      line.append(cell.style().paint(cell.text(), colour));
      if (!last) {
        line.append(" ".repeat(widths[i] - cell.text().length())).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }
}
