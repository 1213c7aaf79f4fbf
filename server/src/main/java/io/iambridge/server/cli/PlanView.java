package io.iambridge.server.cli;

import io.iambridge.common.terminal.Cell;
import io.iambridge.common.terminal.Screen;
import io.iambridge.common.terminal.Style;
import io.iambridge.common.terminal.Table;
import io.iambridge.server.plan.model.Block;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.WorkloadWork;
import java.nio.file.Path;

/** Prints what is in a plan, in a few lines. */
final class PlanView {
  private final Screen screen;

  PlanView(Screen screen) {
    this.screen = screen;
  }

  void show(Plan plan, Path folder, int changed) {
    Table table =
        new Table(
            "NAMESPACE", "TARGET", "WORKLOADS", "MOVE", "ROLES", "IN THE WAY", "QUESTIONS", "IN");
    plan.namespaces().forEach(namespace -> table.row(row(namespace)));
    screen.table(table);
    plan.gaps().forEach(gap -> screen.line(Style.WARNING, "Not read: " + gap));
    for (Block block : plan.shared().blocks()) {
      screen.line(Style.WARNING, "In the way: " + block.about() + ": " + block.what());
    }
    screen.line(
        changed == 0
            ? "Nothing has changed in " + folder + "."
            : "Written to %s (%d files). Begin with README.md.".formatted(folder, changed));
  }

  private static Cell[] row(NamespacePlan plan) {
    return new Cell[] {
      Cell.of(plan.name()),
      Cell.of(plan.target().word()),
      number(plan.workloads().size()),
      number(plan.workloads().stream().filter(WorkloadWork::moves).count()),
      number(plan.trust().size()),
      new Cell(
          String.valueOf(plan.blocks().size()), plan.blocks().isEmpty() ? Style.PLAIN : Style.BAD),
      number(plan.questions().size()),
      Cell.of(plan.folder())
    };
  }

  private static Cell number(long number) {
    return Cell.of(String.valueOf(number));
  }
}
