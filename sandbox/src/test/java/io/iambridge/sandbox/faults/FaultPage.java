package io.iambridge.sandbox.faults;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** docs/faults.md: what each fault did to pods. */
final class FaultPage {
  private static final int MOST_TOLD = 140;
  private static final Pattern DAY = Pattern.compile("\\) of \\d{4}-\\d{2}-\\d{2}\\.");

  private static final String HEAD =
      """
      # Faults

      Written by the lab's run (`mvn verify -Plab -Dlab.test=FaultsLabIT`) of DAY. The whole system on one machine: two servers as
      processes of their own, an agent, stand-ins for STS and the Kubernetes API; pods ask twice a second, with session tokens and
      without, on new connections and on kept ones. Then something breaks, and every answer is counted until it is well again and a
      while longer.

      - *Cached callers* had been served before. *Failed* is anything but valid credentials of their own role. A connection that is
        refused, or not taken for ten seconds, is asked again for ten seconds at most, as SDKs do, and counted apart; so are the resets of an agent that stops, and the 503s of one
        that has just started and knows nobody yet.
      - *New callers* are pods that are created while it is broken, each with a role that nobody has asked for before. What they are told
        instead of credentials is one line, and with 503 `Retry-After`; *after* is how long after the end of the fault the last one is served.
      - *STS* is asked for sessions: during the fault, and in the time after it. *Of one session* is the most that was asked for one,
        *in one second* the most of all.
      - Sessions live for a minute here, so that half of them fall due while something is broken (real ones live for 15 minutes at least).
        Where both servers are killed they live for 15 minutes, the least that STS gives, and all are due before the servers are back.
      - Times are those of one run on a small machine that did other things too.

      """;

  private static final List<String> COLUMNS =
      List.of(
          "fault",
          "lasts",
          "cached callers' requests",
          "failed",
          "asked again",
          "new callers served during",
          "after",
          "told meanwhile",
          "STS during",
          "STS after",
          "of one session",
          "in one second");

  private FaultPage() {}

  static String of(LocalDate day, List<Result> results) {
    return HEAD.replace("DAY", day.toString())
        + line(COLUMNS.stream())
        + COLUMNS.stream().map(_ -> "---").collect(Collectors.joining("|", "|", "|\n"))
        + results.stream().map(FaultPage::row).collect(Collectors.joining());
  }

  /** The row of one result, for whoever follows the run. */
  static String row(Result result) {
    return line(
        Stream.of(
            result.fault().name(),
            result.lasted().toSeconds() + " s",
            Integer.toString(result.cached().requests()),
            Integer.toString(result.cached().failed()),
            Integer.toString(result.cached().askedAgain()),
            result.servedDuring() + " of " + result.newcomers(),
            after(result),
            told(result.told()),
            Integer.toString(result.during().calls()),
            result.after().calls() + " in " + result.watched().toSeconds() + " s",
            Integer.toString(result.after().mostOfOneSession()),
            Integer.toString(result.after().mostInOneSecond())));
  }

  private static String after(Result result) {
    return result.servedDuring() == result.newcomers()
        ? "–"
        : result.servedAfter().map(after -> after.toMillis() + " ms").orElse("**never**");
  }

  private static String told(Map<String, Integer> told) {
    return told.isEmpty()
        ? "–"
        : told.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
            .map(entry -> entry.getValue() + " × " + shortened(entry.getKey()))
            .collect(Collectors.joining("<br>"));
  }

  private static String shortened(String text) {
    return text.length() <= MOST_TOLD ? text : text.substring(0, MOST_TOLD) + "…";
  }

  private static String line(Stream<String> cells) {
    return cells
        .map(cell -> cell.replaceAll("\\s+", " ").replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /**
   * What does not change from run to run: all but the day, the figures, and what newcomers heard.
   */
  static String essence(String page) {
    return DAY.matcher(page)
        .replaceFirst(") of DAY.")
        .lines()
        .map(line -> line.startsWith("| ") ? essenceOfRow(line) : line)
        .collect(Collectors.joining("\n"));
  }

  /** The fault, and whether anything failed. */
  private static String essenceOfRow(String row) {
    List<String> cells = List.of(row.split(" \\| ", -1));
    return cells.size() < 4 ? row : cells.getFirst() + " | " + cells.get(3).equals("0");
  }
}
