package io.iambridge.server.evidence;

import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.metrics.EvidenceLoss;
import io.iambridge.server.metrics.ServerMetrics;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Calls that this server saw itself, since kiam's own agents asked for them: those report nothing.
 * Gathered here and kept in batches like an agent's; what the keeper does not take comes with the
 * next batch. What is not written when the process is killed is lost.
 */
public final class OwnCalls implements CallListener, AutoCloseable {
  /** Kinds of calls between two batches; what finds no place is counted as lost. */
  static final int MOST_KINDS = 5_000;

  /** kiam's agents serve no other path: GetPodCredentials is a request for the document. */
  private static final String PATH = "imds-v1";

  private final KnownPods pods;
  private final EvidenceKeeper keeper;
  private final InstantSource clock;
  private final ServerMetrics metrics;
  private final String run;

  private final ReentrantLock lock = new ReentrantLock();
  private Map<Kind, Count> counts = new HashMap<>();
  private long number;
  private boolean inFlight;
  private boolean closing;

  /** Calls that are alike, on one day. */
  private record Kind(
      PodFacts pod, String mechanism, boolean fallback, String outcome, LocalDate day) {}

  private static final class Count {
    private long calls;
    private Instant last = Instant.MIN;
  }

  /**
   * Of these pods, kept by this keeper.
   *
   * @param random names this run
   */
  public OwnCalls(
      KnownPods pods,
      EvidenceKeeper keeper,
      InstantSource clock,
      RandomGenerator random,
      ServerMetrics metrics) {
    this.pods = pods;
    this.keeper = keeper;
    this.clock = clock;
    this.metrics = metrics;
    this.run = HexFormat.of().toHexDigits(random.nextLong());
  }

  @Override
  public void served(String podUid, Credentials credentials) {
    add(podUid, credentials.mechanism().word(), credentials.fallback(), "served");
  }

  @Override
  public void failed(String podUid, boolean refused) {
    add(podUid, "", /* fallback= */ false, refused ? "refused" : "unavailable");
  }

  private void add(String podUid, String mechanism, boolean fallback, String outcome) {
    pods.find(podUid)
        .ifPresent(pod -> {
          Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
          boolean fellBack = fallback || (outcome.equals("served") && pod.fellBack());
          add(
              new Kind(pod, mechanism, fellBack, outcome, LocalDate.ofInstant(now, ZoneOffset.UTC)),
              now);
        });
  }

  private void add(Kind kind, Instant now) {
    lock.lock();
    try {
      if (counts.size() >= MOST_KINDS && !counts.containsKey(kind)) {
        metrics.evidenceLost(EvidenceLoss.NO_ROOM, 1);
        return;
      }
      Count count = counts.computeIfAbsent(kind, _ -> new Count());
      count.calls++;
      count.last = count.last.isAfter(now) ? count.last : now;
    } finally {
      lock.unlock();
    }
  }

  /** Hands over what has come, unless the batch before is still being written. */
  public void report() {
    report(/* atOnce= */ false);
  }

  private void report(boolean atOnce) {
    Map<String, List<Report.Row>> rows = new HashMap<>();
    Map<Kind, Count> taken;
    BatchName name;
    lock.lock();
    try {
      closing |= atOnce;
      if (counts.isEmpty() || (inFlight && !atOnce)) {
        return;
      }
      counts.forEach((kind, count) ->
          rows.computeIfAbsent(kind.pod().namespace(), _ -> new ArrayList<>())
              .add(row(kind, count)));
      taken = counts;
      counts = new HashMap<>();
      number++;
      // The last does not wait for the one before it: it is of a run of its own.
      name = BatchName.own(atOnce ? run + "last" : run, number);
      inFlight = true;
    } finally {
      lock.unlock();
    }
    var _ = keeper.keep(name, rows).whenComplete((_, failure) -> ended(taken, failure != null));
  }

  private void ended(Map<Kind, Count> taken, boolean failed) {
    int lost = 0;
    lock.lock();
    try {
      inFlight = false;
      if (failed) {
        lost = closing ? taken.size() : takenBack(taken);
      }
    } finally {
      lock.unlock();
    }
    if (lost > 0) {
      metrics.evidenceLost(EvidenceLoss.NO_ROOM, lost);
    }
  }

  /** How many kinds find no place. */
  private int takenBack(Map<Kind, Count> taken) {
    int lost = 0;
    for (Map.Entry<Kind, Count> one : taken.entrySet()) {
      if (counts.size() >= MOST_KINDS && !counts.containsKey(one.getKey())) {
        lost++;
      } else {
        Count count = counts.computeIfAbsent(one.getKey(), _ -> new Count());
        Count before = one.getValue();
        count.calls += before.calls;
        count.last = count.last.isAfter(before.last) ? count.last : before.last;
      }
    }
    return lost;
  }

  private static Report.Row row(Kind kind, Count count) {
    PodFacts pod = kind.pod();
    return new Report.Row(
        pod.workload(),
        pod.serviceAccount(),
        new Calls(
            pod.role(),
            pod.mode(),
            kind.mechanism(),
            kind.fallback(),
            PATH,
            kind.outcome(),
            "",
            "",
            pod.carries(),
            DateTimeFormatter.ISO_INSTANT.format(count.last),
            Map.of(kind.day().toString(), count.calls)));
  }

  /** Hands over the last; to be called before the keeper drains. */
  @Override
  public void close() {
    report(/* atOnce= */ true);
  }
}
