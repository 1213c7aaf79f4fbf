package io.iambridge.server.cli;

import io.iambridge.server.plan.model.Block;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.WorkloadWork;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Prints what is in a plan, in a few lines. */
final class PlanView {
  private static final List<String> HEAD =
      List.of("NAMESPACE", "TARGET", "WORKLOADS", "MOVE", "ROLES", "IN THE WAY", "QUESTIONS", "IN");
  private static final int IN_THE_WAY = HEAD.indexOf("IN THE WAY");

  private final PrintWriter out;

  PlanView(PrintWriter out) {
    this.out = out;
  }

  void show(Plan plan, Path folder, int changed) {
    List<List<String>> rows = new ArrayList<>(List.of(HEAD));
    plan.namespaces().forEach(namespace -> rows.add(row(namespace)));
    print(rows);
    plan.gaps().forEach(gap -> out.println(styled("yellow", "Not read: ") + gap));
    for (Block block : plan.shared().blocks()) {
      out.println(styled("yellow", "In the way: ") + block.about() + ": " + block.what());
    }
    out.println(
        changed == 0
            ? "Nothing has changed in " + folder + "."
            : "Written to %s (%d files). Begin with README.md.".formatted(folder, changed));
  }

  private static List<String> row(NamespacePlan plan) {
    return List.of(
        plan.name(),
        plan.target().word(),
        String.valueOf(plan.workloads().size()),
        String.valueOf(plan.workloads().stream().filter(WorkloadWork::moves).count()),
        String.valueOf(plan.trust().size()),
        String.valueOf(plan.blocks().size()),
        String.valueOf(plan.questions().size()),
        plan.folder());
  }

  private void print(List<List<String>> rows) {
    for (int row = 0; row < rows.size(); row++) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < HEAD.size(); column++) {
        int at = column;
        int width = rows.stream().mapToInt(cells -> cells.get(at).length()).max().orElse(0);
        String text = rows.get(row).get(column);
        boolean last = column == HEAD.size() - 1;
        String cell = last ? text : text + " ".repeat(width - text.length() + 3);
        line.append(style(row, column, text, cell));
      }
      out.println(line);
    }
  }

  private static String style(int row, int column, String text, String cell) {
    if (row == 0) {
      return styled("bold", cell);
    }
    return column == IN_THE_WAY && !text.equals("0") ? styled("red", cell) : cell;
  }

  private static String styled(String style, String text) {
    // Names in Kubernetes have no @, which picocli would take for a style.
    return Ansi.AUTO.string("@|" + style + " " + text + "|@");
  }
}
