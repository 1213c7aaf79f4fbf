package io.iambridge.server.cli;

import io.iambridge.common.terminal.Cell;
import io.iambridge.common.terminal.Screen;
import io.iambridge.common.terminal.Style;
import io.iambridge.common.terminal.Table;
import io.iambridge.server.rehearsal.Rehearsed;
import java.util.List;
import java.util.Objects;

/** Shows what came of trials that were asked for. */
public final class RehearsalView {
  private final Screen screen;

  /** As programs read it. */
  private record Line(
      String namespace,
      String serviceAccount,
      String role,
      String target,
      String finding,
      String words,
      String remedy,
      List<String> workloads) {
    static Line of(Rehearsed one) {
      return new Line(
          one.trial().namespace(),
          one.trial().serviceAccount(),
          one.trial().role(),
          one.trial().target().label(),
          one.word(),
          one.ownWords(),
          one.remedy(),
          one.trial().workloads().stream().map(Objects::toString).toList());
    }
  }

  /** On a screen. */
  public RehearsalView(Screen screen) {
    this.screen = screen;
  }

  /** Shows them in their order, then what to change. */
  public void show(List<Rehearsed> results, Output output) {
    if (output == Output.JSON) {
      screen.lines(Json.write(results.stream().map(Line::of).toList()));
      return;
    }
    Table table = new Table("NAMESPACE", "SERVICE ACCOUNT", "ROLE", "TARGET", "FINDING");
    for (Rehearsed one : results) {
      table.row(
          Cell.of(one.trial().namespace()),
          Cell.of(one.trial().serviceAccount()),
          Cell.of(one.trial().role()),
          Cell.of(one.trial().target().label()),
          new Cell(one.word(), one.isReady() ? Style.GOOD : Style.BAD));
    }
    screen.table(table);
    for (Rehearsed one : results) {
      if (!one.isReady()) {
        screen.heading(
            "%s/%s: %s"
                .formatted(one.trial().namespace(), one.trial().serviceAccount(), one.word()));
        screen.line(Style.FAINT, "  " + one.ownWords());
        one.remedy().lines().forEach(line -> screen.line(Style.COMMAND, "  " + line));
      }
    }
  }
}
