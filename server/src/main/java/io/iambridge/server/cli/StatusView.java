package io.iambridge.server.cli;

import io.iambridge.common.terminal.Cell;
import io.iambridge.common.terminal.Screen;
import io.iambridge.common.terminal.Style;
import io.iambridge.common.terminal.Table;
import io.iambridge.server.migration.FallbackLine;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.RehearsalLine;
import io.iambridge.server.migration.WorkloadLine;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Shows statuses of namespaces. */
public final class StatusView {
  private static final String READY = "ready";

  private final Screen screen;

  /** On a screen. */
  public StatusView(Screen screen) {
    this.screen = screen;
  }

  /** Shows them in their order, and at last what to do next. */
  public void show(SortedMap<String, MigrationStatus> statuses, Output output) {
    if (output == Output.JSON) {
      screen.lines(Json.write(statuses));
      return;
    }
    Table table =
        new Table(
            "NAMESPACE", "MODE", "TARGET", "WORKLOADS", "CALLERS", "READY", "FALLBACKS", "NEXT");
    statuses.forEach((namespace, status) -> table.row(row(namespace, status)));
    screen.table(table);
    statuses.forEach((namespace, status) -> troubles(namespace, status, output));
    next(statuses);
  }

  private static Cell[] row(String namespace, MigrationStatus status) {
    Style style = status.done() ? Style.GOOD : Style.WARNING;
    return new Cell[] {
      Cell.of(namespace),
      Cell.of(status.mode()),
      Cell.of(status.target()),
      Cell.of(String.valueOf(status.workloads())),
      Cell.of(String.valueOf(status.callers())),
      new Cell(status.ready(), style),
      new Cell(
          String.valueOf(status.fallbacks()), status.fallbacks() > 0 ? Style.BAD : Style.PLAIN),
      new Cell(status.next(), style)
    };
  }

  private void troubles(String namespace, MigrationStatus status, Output output) {
    boolean wide = output == Output.WIDE;
    if (wide && !status.lines().isEmpty()) {
      screen.heading(namespace + ": workloads");
      screen.table(workloads(status));
    }
    if (!status.fallingBack().isEmpty() || status.retiredAttempts() > 0) {
      screen.gap();
    }
    for (FallbackLine line : status.fallingBack()) {
      screen.line(
          Style.BAD,
          "%s: %s got kiam's credentials and not the target's, for role %s%s"
              .formatted(
                  namespace,
                  line.workload(),
                  line.role(),
                  line.finding().isEmpty() ? "" : ": " + line.finding()));
    }
    if (status.retiredAttempts() > 0) {
      screen.line(
          Style.WARNING,
          "%s: %d calls were refused in two days, since the mode is retired"
              .formatted(namespace, status.retiredAttempts()));
    }
    for (RehearsalLine line : status.rehearsals()) {
      if (wide || !line.finding().equals(READY)) {
        screen.heading(
            "%s: %s, %s as %s"
                .formatted(namespace, line.serviceAccount(), line.role(), line.target()));
        rehearsal(line);
      }
    }
    if (status.leftOut() > 0) {
      screen.line(
          Style.WARNING,
          "%s: %d lines are left out, for which the object has no room"
              .formatted(namespace, status.leftOut()));
    }
  }

  private void rehearsal(RehearsalLine line) {
    screen.line(
        line.finding().equals(READY) ? Style.GOOD : Style.BAD,
        "  %s  %s".formatted(line.finding(), line.words()).stripTrailing());
    screen.line(Style.FAINT, "  " + String.join(", ", line.workloads()));
    line.remedy().lines().forEach(remedy -> screen.line(Style.COMMAND, "  " + remedy));
  }

  private static Table workloads(MigrationStatus status) {
    Table table =
        new Table(
            "WORKLOAD",
            "PODS",
            "MODE",
            "ACCOUNT",
            "ROLE",
            "LAST CALL",
            "A DAY",
            "BY",
            "PATH",
            "SDK",
            "CAN USE IRSA",
            "CAN USE POD IDENTITY",
            "CARRIES");
    for (WorkloadLine line : status.lines()) {
      table.row(
          Cell.of(line.workload()),
          Cell.of(String.valueOf(line.pods())),
          Cell.of(line.mode().isEmpty() ? status.mode() : line.mode()),
          Cell.of(line.serviceAccount()),
          Cell.of(line.role()),
          Cell.of(line.lastCall()),
          Cell.of(String.valueOf(line.callsLastDay())),
          new Cell(line.mechanism(), line.silentFallback() ? Style.WARNING : Style.PLAIN),
          Cell.of(line.path()),
          Cell.of(line.sdk()),
          Cell.of(line.canUseIrsa()),
          Cell.of(line.canUsePodIdentity()),
          Cell.of(String.join(" ", line.carries())));
    }
    return table;
  }

  /** One step only: the first of what does not stand ready, else the first there is. */
  private void next(SortedMap<String, MigrationStatus> statuses) {
    Optional<Map.Entry<String, MigrationStatus>> next =
        statuses.entrySet().stream()
            .filter(entry -> !entry.getValue().done())
            .findFirst()
            .or(() ->
                statuses.entrySet().stream()
                    .filter(entry -> !entry.getValue().command().isEmpty())
                    .findFirst());
    next.ifPresent(entry -> {
      screen.gap();
      screen.line("%s: %s.".formatted(entry.getKey(), entry.getValue().nextStep()));
      screen.line(Style.COMMAND, entry.getValue().command());
    });
  }
}
