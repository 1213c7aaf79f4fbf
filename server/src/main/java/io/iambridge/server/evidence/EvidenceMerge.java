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
import java.util.TreeMap;

/**
 * Adds reports to what is kept of a namespace. Within the bounds it does not matter which replica
 * merges which report first: sums and maxima only.
 */
final class EvidenceMerge {
  static final int MOST_WORKLOADS = 500;

  /** Of a workload. */
  static final int MOST_CALLS = 30;

  /** Of all workloads: some 400 bytes each, and an object of Kubernetes holds 1.5 MB. */
  static final int MOST_CALLS_TOGETHER = 2_500;

  static final int DAYS = EvidenceStatus.DAYS;

  /** More agents than this with callers of one namespace: a repeated report may count twice. */
  static final int MOST_BATCHES = 2_000;

  private static final Comparator<Calls> LATEST_FIRST =
      Comparator.comparing(Calls::last).reversed().thenComparing(EvidenceMerge::text);
  private static final Comparator<WorkloadEvidence> LATEST_WORKLOAD_FIRST =
      Comparator.comparing(WorkloadEvidence::lastCall)
          .reversed()
          .thenComparing(WorkloadEvidence::kind)
          .thenComparing(WorkloadEvidence::name);

  private final String firstDay;
  private final Map<Workload, Merged> workloads = new HashMap<>();
  private final Map<String, Long> batches = new LinkedHashMap<>();
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
    firstDay = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(DAYS - 1).toString();
    for (WorkloadEvidence workload : present.workloads()) {
      for (Calls calls : workload.calls()) {
        add(workload.workload(), workload.serviceAccount(), calls);
      }
    }
    for (String batch : present.batches()) {
      BatchName.parse(batch).ifPresent(name -> batches.put(name.run(), name.number()));
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

  /** Whether it is kept already. */
  static boolean isKept(EvidenceStatus present, BatchName batch) {
    return present.batches().stream()
        .flatMap(text -> BatchName.parse(text).stream())
        .anyMatch(kept -> kept.run().equals(batch.run()) && kept.number() >= batch.number());
  }

  private boolean add(Report report) {
    BatchName name = report.batch();
    Long kept = batches.get(name.run());
    if (kept != null && kept >= name.number()) {
      return false;
    }
    // To the end: the runs that have said nothing for longest are forgotten first.
    batches.remove(name.run());
    batches.put(name.run(), name.number());
    report.rows().forEach(row -> add(row.workload(), row.serviceAccount(), row.calls()));
    return true;
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
    batches.forEach((run, number) -> names.add(new BatchName(run, number).toString()));
    return new EvidenceStatus(
        kept, names.subList(Math.max(0, names.size() - MOST_BATCHES), names.size()));
  }

  private <T> List<T> cut(List<T> latestFirst, int most) {
    dropped += Math.max(0, latestFirst.size() - most);
    return latestFirst.subList(0, Math.min(most, latestFirst.size()));
  }

  private List<WorkloadEvidence> cutCalls(List<WorkloadEvidence> all) {
    List<Calls> latestFirst =
        all.stream().flatMap(workload -> workload.calls().stream()).sorted(LATEST_FIRST).toList();
    if (latestFirst.size() <= MOST_CALLS_TOGETHER) {
      return new ArrayList<>(all);
    }
    String oldest = latestFirst.get(MOST_CALLS_TOGETHER).last();
    List<WorkloadEvidence> kept = new ArrayList<>();
    for (WorkloadEvidence workload : all) {
      List<Calls> calls =
          workload.calls().stream().filter(one -> one.last().compareTo(oldest) > 0).toList();
      dropped += workload.calls().size() - calls.size();
      if (!calls.isEmpty()) {
        kept.add(
            new WorkloadEvidence(
                workload.kind(), workload.name(), workload.serviceAccount(), calls));
      }
    }
    return kept;
  }

  /** Any order will do for calls of one second, as long as it is the same everywhere. */
  private static String text(Calls calls) {
    return kind(calls).toString();
  }
}
