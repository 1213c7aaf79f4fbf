package io.iambridge.agent;

import io.iambridge.agent.interception.Inspection;
import io.iambridge.agent.interception.Inspection.Line;
import io.iambridge.agent.interception.Inspection.Report;
import io.iambridge.agent.interception.InterceptionConfig.Mode;
import io.iambridge.agent.interception.InterceptionException;
import io.iambridge.agent.interception.Programs;
import io.iambridge.agent.interception.Removal;
import io.iambridge.common.cli.StartException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the rules of this node, or removes them. */
@Command(
    name = "iptables",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows whether the rules of this node that bring pods' requests to the agent are in place;"
          + " exits 0 or 1.",
      ""
    })
final class IptablesCommand implements Callable<Integer> {
  private static final List<String> HEADINGS = List.of("FAMILY", "ADDRESS", "FROM", "TO", "STATE");

  private final Programs programs;

  @Spec private CommandSpec spec;

  @Option(
      names = "--remove",
      description =
          "Remove everything that an agent has installed, in both backends and families. An agent"
              + " that runs with --iptables puts it back.")
  private boolean remove;

  @Option(
      names = "--iptables-mode",
      paramLabel = "auto|nft|legacy",
      defaultValue = "auto",
      converter = InterceptionOptions.ModeConverter.class,
      description = "As for the agent.")
  private Mode mode;

  /** Of this machine. */
  IptablesCommand() {
    this(Programs.ofThisMachine());
  }

  IptablesCommand(Programs programs) {
    this.programs = programs;
  }

  @Override
  public Integer call() {
    try {
      return remove ? remove() : show();
    } catch (InterceptionException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private int remove() throws InterceptionException {
    List<String> done = new Removal(programs).everything();
    PrintWriter out = spec.commandLine().getOut();
    done.forEach(out::println);
    out.println(done.isEmpty() ? "Nothing was there." : "Removed.");
    out.flush();
    return 0;
  }

  private int show() throws InterceptionException {
    Report report = new Inspection(programs).look(mode);
    List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
    report.lines().forEach(line -> rows.add(cells(line)));
    PrintWriter out = spec.commandLine().getOut();
    Ansi ansi = spec.commandLine().getColorScheme().ansi();
    for (int i = 0; i < rows.size(); i++) {
      Style style = i == 0 ? Style.bold : style(report.lines().get(i - 1));
      out.println(text(rows, rows.get(i), style, ansi));
    }
    report.remarks().forEach(remark -> out.println(styled(remark, Style.fg_yellow, ansi)));
    out.flush();
    return report.inPlace() ? 0 : 1;
  }

  private static List<String> cells(Line line) {
    String state = line.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return List.of(
        line.family().name().toLowerCase(Locale.ROOT),
        line.address(),
        line.from().isEmpty() ? "-" : line.from(),
        line.to().isEmpty() ? "-" : line.to(),
        line.why().isEmpty() ? state : state + ": " + line.why());
  }

  private static Style style(Line line) {
    return switch (line.state()) {
      case IN_PLACE -> Style.fg_green;
      case NOT_INTERCEPTED -> Style.fg_yellow;
      case MISSING, CAPTURED -> Style.fg_red;
    };
  }

  /** The last column alone has a colour, and needs no padding. */
  private static String text(List<List<String>> rows, List<String> row, Style style, Ansi ansi) {
    StringBuilder line = new StringBuilder();
    int last = row.size() - 1;
    for (int i = 0; i < last; i++) {
      int column = i;
      int width = rows.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
      line.append(row.get(i)).repeat(" ", width + 2 - row.get(i).length());
    }
    return line.append(styled(row.get(last), style, ansi)).toString();
  }

  /** Not by picocli's markup, which the text of a rule could contain. */
  private static String styled(String text, Style style, Ansi ansi) {
    return ansi.enabled() ? Style.on(style) + text + Style.reset.on() : text;
  }
}
