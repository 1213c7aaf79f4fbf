package io.iambridge.server.evidence;

import io.iambridge.server.cluster.Workload;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Adds reports to what is kept of a namespace. Within the bounds it does not matter which replica
 * merges which report first: sums and maxima only.
 */
final class EvidenceMerge {
  static final int MOST_WORKLOADS = 500;

  /** Of a workload. */
  static final int MOST_CALLS = 30;

  /** Of all workloads. */
  static final int MOST_CALLS_TOGETHER = 2_500;

  /** Of all workloads; what is left of {@link JsonSize#MOST} is for the batches' names. */
  private static final int MOST_BYTES = JsonSize.MOST - 200_000;

  static final int DAYS = EvidenceStatus.DAYS;

  /** More agents than this with callers of one namespace: a repeated report may count twice. */
  static final int MOST_RUNS = 2_000;

  /** Of one node, so that one that starts ever again does not crowd out the others. */
  static final int MOST_RUNS_OF_NODE = 100;

  private static final Comparator<Calls> LATEST_FIRST =
      Comparator.comparing(Calls::last).reversed().thenComparing(EvidenceMerge::text);
  private static final Comparator<WorkloadEvidence> LATEST_WORKLOAD_FIRST =
      Comparator.comparing(WorkloadEvidence::lastCall)
          .reversed()
          .thenComparing(WorkloadEvidence::kind)
          .thenComparing(WorkloadEvidence::name);

  private final String firstDay;
  private final String lostAt;
  private final Map<Workload, Merged> workloads = new HashMap<>();
  private final SequencedMap<BatchName.Run, Long> batches = new LinkedHashMap<>();
  private final Map<String, Integer> runsOfNodes = new HashMap<>();
  private int dropped;

  /**
   * What came of it.
   *
   * @param changed whether there was anything new
   * @param dropped workloads, and rows of workloads, that had no room
   */
  record Result(EvidenceStatus status, boolean changed, int dropped) {}

  /** Of one workload. */
  private static final class Merged {
    private String serviceAccount = "";
    private String lastCall = "";
    private final Map<Calls, Calls> calls = new HashMap<>();
  }

  private EvidenceMerge(EvidenceStatus present, Instant now) {
    lostAt = present.lostAt();
    firstDay = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(DAYS - 1).toString();
    for (WorkloadEvidence workload : present.workloads()) {
      for (Calls calls : workload.calls()) {
        add(workload.workload(), workload.serviceAccount(), calls);
      }
    }
    for (String batch : present.batches()) {
      BatchName.stored(batch).ifPresent(this::remember);
    }
  }

  /** What is kept when these reports have come too; those that are kept already change nothing. */
  static Result merge(EvidenceStatus present, List<Report> reports, Instant now) {
    EvidenceMerge merge = new EvidenceMerge(present, now);
    boolean changed = false;
    for (Report report : reports) {
      changed |= merge.add(report);
    }
    EvidenceStatus status = changed ? merge.status() : present;
    return new Result(status, changed, changed ? merge.dropped : 0);
  }

  private boolean add(Report report) {
    BatchName name = report.batch();
    Long kept = batches.get(name.ofRun());
    if (kept != null && kept >= name.number()) {
      return false;
    }
    remember(name);
    report.rows().forEach(row -> add(row.workload(), row.serviceAccount(), row.calls()));
    return true;
  }

  /** To the end: the runs that have said nothing for longest are forgotten first. */
  private void remember(BatchName name) {
    if (batches.remove(name.ofRun()) == null) {
      runsOfNodes.merge(name.node(), 1, Integer::sum);
    }
    batches.putLast(name.ofRun(), name.number());
    if (runsOfNodes.getOrDefault(name.node(), 0) > MOST_RUNS_OF_NODE) {
      batches.keySet().stream()
          .filter(run -> run.node().equals(name.node()))
          .findFirst()
          .ifPresent(this::forget);
    } else if (batches.size() > MOST_RUNS) {
      forget(batches.firstEntry().getKey());
    }
  }

  private void forget(BatchName.Run run) {
    batches.remove(run);
    runsOfNodes.computeIfPresent(run.node(), (_, runs) -> runs > 1 ? runs - 1 : null);
  }

  private void add(Workload workload, String serviceAccount, Calls calls) {
    Merged merged = workloads.computeIfAbsent(workload, _ -> new Merged());
    int later = calls.last().compareTo(merged.lastCall);
    if (later > 0 || (later == 0 && serviceAccount.compareTo(merged.serviceAccount) > 0)) {
      merged.serviceAccount = serviceAccount;
      merged.lastCall = calls.last();
    }
    merged.calls.merge(kind(calls), recent(calls), EvidenceMerge::sum);
  }

  /** What makes calls alike. */
  private static Calls kind(Calls calls) {
    return with(calls, "", Map.of());
  }

  private static Calls with(Calls calls, String last, Map<String, Long> perDay) {
    return new Calls(
        calls.role(),
        calls.mode(),
        calls.mechanism(),
        calls.fallback(),
        calls.path(),
        calls.outcome(),
        calls.sdk(),
        calls.sdkVersion(),
        calls.carries(),
        last,
        perDay);
  }

  private Calls recent(Calls calls) {
    Map<String, Long> days = new TreeMap<>(calls.perDay());
    days.keySet().removeIf(day -> day.compareTo(firstDay) < 0);
    return with(calls, calls.last(), days);
  }

  private static Calls sum(Calls one, Calls other) {
    Map<String, Long> days = new TreeMap<>(one.perDay());
    other.perDay().forEach((day, calls) -> days.merge(day, calls, Long::sum));
    String last = one.last().compareTo(other.last()) >= 0 ? one.last() : other.last();
    return with(one, last, days);
  }

  private EvidenceStatus status() {
    List<WorkloadEvidence> all = new ArrayList<>();
    workloads.forEach((workload, merged) -> {
      List<Calls> calls = new ArrayList<>(merged.calls.values());
      calls.sort(LATEST_FIRST);
      all.add(
          new WorkloadEvidence(
              workload.kind(), workload.name(), merged.serviceAccount, cut(calls, MOST_CALLS)));
    });
    all.sort(LATEST_WORKLOAD_FIRST);
    List<WorkloadEvidence> kept = cutCalls(cut(all, MOST_WORKLOADS));
    kept.sort(Comparator.comparing(WorkloadEvidence::kind).thenComparing(WorkloadEvidence::name));
    List<String> names = new ArrayList<>();
    batches.forEach(
        (run, number) -> names.add(new BatchName(run.node(), run.run(), number).toString()));
    return new EvidenceStatus(kept, names, lostAt);
  }

  private <T> List<T> cut(List<T> latestFirst, int most) {
    dropped += Math.max(0, latestFirst.size() - most);
    return latestFirst.subList(0, Math.min(most, latestFirst.size()));
  }

  /** The latest for which there is room, whichever workload's they are. */
  private List<WorkloadEvidence> cutCalls(List<WorkloadEvidence> all) {
    List<One> latestFirst = new ArrayList<>();
    all.forEach(of -> of.calls().forEach(calls -> latestFirst.add(new One(of, calls))));
    latestFirst.sort(
        Comparator.comparing(One::calls, LATEST_FIRST)
            .thenComparing(One::of, LATEST_WORKLOAD_FIRST));
    Map<Workload, List<Calls>> kept = new HashMap<>();
    int bytes = 0;
    int count = 0;
    for (One one : latestFirst) {
      Workload workload = one.of().workload();
      bytes += JsonSize.of(one.calls()) + (kept.containsKey(workload) ? 0 : frame(one.of()));
      if (bytes > MOST_BYTES || count == MOST_CALLS_TOGETHER) {
        break;
      }
      kept.computeIfAbsent(workload, _ -> new ArrayList<>()).add(one.calls());
      count++;
    }
    dropped += latestFirst.size() - count;
    List<WorkloadEvidence> workloadsKept = new ArrayList<>();
    for (WorkloadEvidence of : all) {
      Optional.ofNullable(kept.get(of.workload()))
          .map(calls -> new WorkloadEvidence(of.kind(), of.name(), of.serviceAccount(), calls))
          .ifPresent(workloadsKept::add);
    }
    return workloadsKept;
  }

  /** A kind of calls, and whose. */
  private record One(WorkloadEvidence of, Calls calls) {}

  /** What a workload takes besides its calls. */
  private static int frame(WorkloadEvidence of) {
    return JsonSize.of(new WorkloadEvidence(of.kind(), of.name(), of.serviceAccount(), List.of()));
  }

  /** Any order will do for calls of one second, as long as it is the same everywhere. */
  private static String text(Calls calls) {
    return kind(calls).toString();
  }
}
