package io.iambridge.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.cluster.Workload;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvidenceMergeTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static Calls calls(String role, String sdk, Instant last, long count) {
    return new Calls(
        role,
        "kiam",
        "assume-role",
        /* fallback= */ false,
        "imds-v2",
        "served",
        sdk,
        "1",
        List.of(),
        last.toString(),
        Map.of(LocalDate.ofInstant(last, ZoneOffset.UTC).toString(), count));
  }

  private static Report report(String batch, Report.Row... rows) {
    return new Report(
        BatchName.sent("node-" + batch.charAt(0), batch).orElseThrow(), List.of(rows));
  }

  private static Report.Row row(String workload, String account, Calls calls) {
    return new Report.Row(new Workload("Deployment", workload), account, calls);
  }

  private static EvidenceStatus merge(EvidenceStatus status, Report... reports) {
    return EvidenceMerge.merge(status, List.of(reports), NOW).status();
  }

  @Test
  void callsThatAreAlikeAreAdded() {
    EvidenceStatus status =
        merge(
            merge(
                EvidenceStatus.EMPTY,
                report("aaaaaaaa-1", row("web", "sa", calls("r", "boto3", NOW, 2)))),
            report(
                "bbbbbbbb-7",
                row("web", "sa", calls("r", "boto3", NOW.plusSeconds(1), 3)),
                row("web", "sa", calls("r", "curl", NOW.minusSeconds(9), 1))));
    assertThat(status.workloads()).hasSize(1);
    List<Calls> calls = status.workloads().getFirst().calls();
    assertThat(calls).extracting(Calls::sdk).containsExactly("boto3", "curl");
    assertThat(calls.getFirst().perDay()).containsExactly(Map.entry("2026-11-22", 5L));
    assertThat(calls.getFirst().last()).isEqualTo("2026-11-22T12:00:01Z");
    assertThat(status.batches())
        .satisfiesExactly(
            first -> assertThat(first).matches("[0-9a-f]{16}\\.aaaaaaaa-1"),
            second -> assertThat(second).matches("[0-9a-f]{16}\\.bbbbbbbb-7"));
  }

  @Test
  void aReportThatComesAgainChangesNothing() {
    Report second = report("aaaaaaaa-2", row("web", "sa", calls("r", "boto3", NOW, 2)));
    EvidenceStatus once = merge(EvidenceStatus.EMPTY, second);
    assertThat(EvidenceMerge.merge(once, List.of(second), NOW).changed()).isFalse();
    // It was sent before the second one, so it was kept before that one came.
    Report first = report("aaaaaaaa-1", row("web", "sa", calls("r", "boto3", NOW, 9)));
    assertThat(EvidenceMerge.merge(once, List.of(first), NOW).changed()).isFalse();
  }

  @Test
  void theServiceAccountIsThatOfTheLatestCall() {
    Report late = report("aaaaaaaa-1", row("web", "new", calls("r", "x", NOW, 1)));
    Report early = report("bbbbbbbb-1", row("web", "old", calls("r", "y", NOW.minusSeconds(5), 1)));
    assertThat(merge(EvidenceStatus.EMPTY, late, early).workloads().getFirst().serviceAccount())
        .isEqualTo("new");
    assertThat(merge(EvidenceStatus.EMPTY, early, late).workloads().getFirst().serviceAccount())
        .isEqualTo("new");
  }

  @Test
  void daysAreForgottenAfterAWeek() {
    EvidenceStatus status =
        merge(
            EvidenceStatus.EMPTY,
            report(
                "aaaaaaaa-1", row("web", "sa", calls("r", "x", NOW.minus(Duration.ofDays(7)), 4))));
    Calls before = status.workloads().getFirst().calls().getFirst();
    assertThat(before.perDay()).containsExactly(Map.entry("2026-11-15", 4L));
    Report next = report("aaaaaaaa-2", row("web", "sa", calls("r", "x", NOW, 1)));
    Calls after =
        EvidenceMerge.merge(status, List.of(next), NOW.plus(Duration.ofDays(1)))
            .status()
            .workloads()
            .getFirst()
            .calls()
            .getFirst();
    assertThat(after.perDay()).containsExactly(Map.entry("2026-11-22", 1L));
  }

  @Test
  void theLeastRecentIsDroppedWhenThereIsNoRoom() {
    Report.Row[] rows =
        IntStream.range(0, EvidenceMerge.MOST_CALLS + 3)
            .mapToObj(i -> row("web", "sa", calls("r", "sdk-" + i, NOW.plusSeconds(i), 1)))
            .toArray(Report.Row[]::new);
    EvidenceMerge.Result result =
        EvidenceMerge.merge(EvidenceStatus.EMPTY, List.of(report("aaaaaaaa-1", rows)), NOW);
    assertThat(result.dropped()).isEqualTo(3);
    assertThat(result.status().workloads().getFirst().calls())
        .hasSize(EvidenceMerge.MOST_CALLS)
        .noneMatch(calls -> List.of("sdk-0", "sdk-1", "sdk-2").contains(calls.sdk()));
    Report.Row[] workloads =
        IntStream.range(0, EvidenceMerge.MOST_WORKLOADS + 5)
            .mapToObj(i -> row("web-" + i, "sa", calls("r", "x", NOW.plusSeconds(i), 1)))
            .toArray(Report.Row[]::new);
    EvidenceStatus full = merge(EvidenceStatus.EMPTY, report("aaaaaaaa-1", workloads));
    assertThat(full.workloads())
        .hasSize(EvidenceMerge.MOST_WORKLOADS)
        .noneMatch(workload -> workload.name().equals("web-4"));
  }

  @Test
  void anObjectNeverGrowsBeyondWhatKubernetesHolds() {
    String role = "arn:aws:iam::123456789012:role/" + "r".repeat(64);
    List<Report.Row> rows = new ArrayList<>();
    for (int workload = 0; workload < EvidenceMerge.MOST_WORKLOADS; workload++) {
      for (int kind = 0; kind < EvidenceMerge.MOST_CALLS; kind++) {
        Instant last = NOW.plusSeconds(workload * 100L + kind);
        rows.add(row("web-" + workload, "sa", calls(role, "sdk-" + kind, last, 1)));
      }
    }
    EvidenceStatus status =
        merge(EvidenceStatus.EMPTY, report("aaaaaaaa-1", rows.toArray(Report.Row[]::new)));
    assertThat(status.workloads().stream().mapToInt(workload -> workload.calls().size()).sum())
        .isEqualTo(EvidenceMerge.MOST_CALLS_TOGETHER);
  }

  @Test
  void anObjectNeverGrowsBeyondWhatKubernetesHoldsHoweverLongItsTextsAre() {
    List<Report> reports = new ArrayList<>();
    String role = "arn:aws:iam::123456789012:role/" + "p".repeat(510) + "/" + "r".repeat(64);
    for (int workload = 0; workload < 600; workload++) {
      List<Report.Row> rows = new ArrayList<>();
      for (int kind = 0; kind < EvidenceMerge.MOST_CALLS; kind++) {
        // All in one second: there is no oldest.
        Calls calls = calls(role + kind, "s".repeat(32), NOW, 1);
        rows.add(
            new Report.Row(
                new Workload("K".repeat(63), workload + "w".repeat(250)), "a".repeat(253), calls));
      }
      reports.add(new Report(batch("node-" + workload, "%040d".formatted(workload)), rows));
    }
    for (int node = 0; node < 2_500; node++) {
      reports.add(new Report(batch("node-" + node, "r".repeat(40)), List.of()));
    }
    EvidenceStatus status = EvidenceMerge.merge(EvidenceStatus.EMPTY, reports, NOW).status();
    assertThat(JsonSize.of(status)).isBetween(JsonSize.MOST / 2, JsonSize.MOST);
    assertThat(status.workloads().size()).isGreaterThan(10);
    assertThat(status.batches()).hasSize(EvidenceMerge.MOST_RUNS);
  }

  private static BatchName batch(String node, String run) {
    return BatchName.sent(node, run + "-99999999999999999").orElseThrow();
  }

  @Test
  void theNamesOfBatchesAreANodesOwn() {
    Report.Row row = row("web", "sa", calls("r", "boto3", NOW, 2));
    EvidenceStatus once =
        merge(
            EvidenceStatus.EMPTY,
            new Report(BatchName.sent("one", "aaaaaaaa-9").orElseThrow(), List.of(row)));
    Report other = new Report(BatchName.sent("other", "aaaaaaaa-1").orElseThrow(), List.of(row));
    assertThat(EvidenceMerge.merge(once, List.of(other), NOW).changed()).isTrue();
  }

  @Test
  void aNodesManyRunsDoNotCrowdOutTheOthers() {
    Report quiet = new Report(BatchName.sent("quiet", "aaaaaaaa-1").orElseThrow(), List.of());
    EvidenceStatus status = merge(EvidenceStatus.EMPTY, quiet);
    List<Report> many =
        IntStream.range(0, 3_000)
            .mapToObj(run -> BatchName.sent("mad", "run%05d-1".formatted(run)).orElseThrow())
            .map(name -> new Report(name, List.of()))
            .toList();
    status = EvidenceMerge.merge(status, many, NOW).status();
    assertThat(status.batches()).hasSize(1 + EvidenceMerge.MOST_RUNS_OF_NODE);
    assertThat(EvidenceMerge.merge(status, List.of(quiet), NOW).changed()).isFalse();
    // The oldest are forgotten first.
    assertThat(EvidenceMerge.merge(status, List.of(many.getLast()), NOW).changed()).isFalse();
    assertThat(EvidenceMerge.merge(status, List.of(many.getFirst()), NOW).changed()).isTrue();
  }

  @Test
  void theOrderOfReplicasAndRepetitionsDoNotMatter() {
    long seed = new Random().nextLong();
    Random dice = new Random(seed);
    for (int round = 0; round < 50; round++) {
      List<List<Report>> runs = new ArrayList<>();
      for (int run = 0; run < 4; run++) {
        List<Report> reports = new ArrayList<>();
        for (int number = 1; number <= 5; number++) {
          Report.Row[] rows =
              IntStream.range(0, dice.nextInt(4))
                  .mapToObj(_ ->
                      row(
                          "w-" + dice.nextInt(3),
                          "sa-" + dice.nextInt(3),
                          calls(
                              "r-" + dice.nextInt(2),
                              "s-" + dice.nextInt(2),
                              NOW.minusSeconds(dice.nextInt(200_000)),
                              1 + dice.nextInt(9))))
                  .toArray(Report.Row[]::new);
          reports.add(report("run0000" + run + "-" + number, rows));
        }
        runs.add(reports);
      }
      List<WorkloadEvidence> one = inSomeOrder(runs, dice);
      assertThat(inSomeOrder(runs, dice)).as("seed %d", seed).isEqualTo(one);
    }
  }

  /** Each run's in its order, as agents send them; each of them once or more. */
  private static List<WorkloadEvidence> inSomeOrder(List<List<Report>> runs, Random dice) {
    EvidenceStatus status = EvidenceStatus.EMPTY;
    List<Integer> order = new ArrayList<>();
    runs.forEach(run -> run.forEach(_ -> order.add(runs.indexOf(run))));
    Collections.shuffle(order, dice);
    int[] next = new int[runs.size()];
    for (int run : order) {
      Report report = runs.get(run).get(next[run]++);
      status = merge(status, report);
      if (dice.nextBoolean()) {
        status = merge(status, report);
      }
    }
    return status.workloads();
  }
}
