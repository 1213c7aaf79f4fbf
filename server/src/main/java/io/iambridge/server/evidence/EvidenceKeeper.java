package io.iambridge.server.evidence;

import io.iambridge.server.evidence.EvidenceStore.Outcome;
import io.iambridge.server.evidence.EvidenceStore.Stored;
import io.iambridge.server.metrics.EvidenceLoss;
import io.iambridge.server.metrics.EvidenceWrite;
import io.iambridge.server.metrics.ServerMetrics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers reports and writes each namespace's into its object, now and then.
 *
 * <p>How it works. A batch is answered when everything in it is written; until then its agent
 * waits, or sends it again to whichever server. The object names the batches that are in it, so
 * that each counts once even when two servers hold it. Nothing is kept here that is not also still
 * with its agent, so a server may end at any moment.
 */
public final class EvidenceKeeper {
  /** Of all namespaces and agents together; the agents keep what finds no place. */
  static final int MOST_ROWS = 200_000;

  /** The API server has other things to do. */
  static final int MOST_AT_ONCE = 8;

  /** What comes in this time of the first report is written with it. */
  static final Duration GATHER = Duration.ofSeconds(1);

  private static final int TRIES = 5;
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceKeeper.class);

  private final EvidenceStore store;
  private final EvidenceConfig config;
  private final Executor tasks;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ServerMetrics metrics;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Waiting> namespaces = new HashMap<>();
  private final Map<BatchName, Pending> batches = new HashMap<>();
  private int rows;
  private int writing;
  private boolean draining;

  /**
   * @param tasks writes; may block
   * @param random chance; used by many threads
   */
  public EvidenceKeeper(
      EvidenceStore store,
      EvidenceConfig config,
      Executor tasks,
      InstantSource clock,
      RandomGenerator random,
      ServerMetrics metrics) {
    this.store = store;
    this.config = config;
    this.tasks = tasks;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
  }

  /** A batch of which not everything is written yet. */
  private static final class Pending {
    private final CompletableFuture<Void> kept = new CompletableFuture<>();
    private int namespaces;
  }

  /** A namespace that has something to be written, or had a moment ago. */
  private static final class Waiting {
    private List<Report> reports = new ArrayList<>();
    private Instant due = Instant.MIN;
    private Instant rest = Instant.MIN;
    private boolean writing;
  }

  /**
   * Keeps a batch: completes when it is kept, or will never be and its agent can do nothing about
   * it; fails with an {@link EvidenceStoreException} when it is to be sent again.
   *
   * @param byNamespace its rows
   */
  public CompletableFuture<Void> keep(BatchName name, Map<String, List<Report.Row>> byNamespace) {
    int added = byNamespace.values().stream().mapToInt(List::size).sum();
    lock.lock();
    try {
      if (draining) {
        return failed("the server is shutting down");
      }
      Pending same = batches.get(name);
      if (same != null) {
        return same.kept.copy();
      }
      if (byNamespace.isEmpty()) {
        return CompletableFuture.completedFuture(null);
      }
      if (rows + added > MOST_ROWS) {
        return failed("too much evidence waits to be written");
      }
      rows += added;
      Pending pending = new Pending();
      pending.namespaces = byNamespace.size();
      batches.put(name, pending);
      byNamespace.forEach((namespace, own) -> add(namespace, new Report(name, own)));
      return pending.kept.copy();
    } finally {
      lock.unlock();
    }
  }

  private static CompletableFuture<Void> failed(String why) {
    return CompletableFuture.failedFuture(new EvidenceStoreException(why, /* lasting= */ false));
  }

  private void add(String namespace, Report report) {
    Waiting waiting = namespaces.computeIfAbsent(namespace, _ -> new Waiting());
    if (waiting.reports.isEmpty()) {
      Instant soon = clock.instant().plus(GATHER);
      waiting.due = soon.isAfter(waiting.rest) ? soon : waiting.rest;
    }
    waiting.reports.add(report);
  }

  /** Begins to write what is due; to be called every second or so. */
  public void writeDue() {
    Instant now = clock.instant();
    List<Runnable> writes = new ArrayList<>();
    lock.lock();
    try {
      namespaces
          .values()
          .removeIf(idle -> idle.reports.isEmpty() && !idle.writing && !now.isBefore(idle.rest));
      for (Map.Entry<String, Waiting> entry : namespaces.entrySet()) {
        Waiting waiting = entry.getValue();
        boolean due = draining || !now.isBefore(waiting.due);
        if (writing < MOST_AT_ONCE && due && !waiting.writing && !waiting.reports.isEmpty()) {
          writes.add(begin(entry.getKey(), waiting));
        }
      }
    } finally {
      lock.unlock();
    }
    writes.forEach(tasks::execute);
  }

  private Runnable begin(String namespace, Waiting waiting) {
    List<Report> reports = waiting.reports;
    waiting.reports = new ArrayList<>();
    waiting.writing = true;
    writing++;
    return () -> write(namespace, waiting, reports);
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, the reports are to be answered
  private void write(String namespace, Waiting waiting, List<Report> reports) {
    boolean done = false;
    try {
      done = written(namespace, reports);
    } catch (EvidenceStoreException e) {
      done = e.lasting();
      failed(namespace, reports, e);
    } catch (RuntimeException e) {
      metrics.evidenceWritten(EvidenceWrite.FAILED);
      LOG.atError()
          .addKeyValue("namespace", namespace)
          .setCause(e)
          .log("Evidence was not written for a reason of our own; it is tried again");
    }
    List<Runnable> answers = new ArrayList<>();
    lock.lock();
    try {
      end(waiting, reports, done, answers);
    } finally {
      lock.unlock();
    }
    // Whoever hears of it must not do so under the lock.
    answers.forEach(Runnable::run);
    if (isDraining()) {
      writeDue();
    }
  }

  private boolean written(String namespace, List<Report> reports) throws EvidenceStoreException {
    for (int i = 0; i < TRIES; i++) {
      Stored stored = store.read(namespace);
      EvidenceMerge.Result merged = EvidenceMerge.merge(stored.status(), reports, clock.instant());
      if (!merged.changed()) {
        return true;
      }
      if (store.write(namespace, merged.status(), stored.version()) == Outcome.WRITTEN) {
        metrics.evidenceWritten(EvidenceWrite.WRITTEN);
        metrics.evidenceLost(EvidenceLoss.NO_ROOM, merged.dropped());
        return true;
      }
      metrics.evidenceWritten(EvidenceWrite.CONFLICT);
    }
    return false;
  }

  private void failed(String namespace, List<Report> reports, EvidenceStoreException e) {
    metrics.evidenceWritten(e.lasting() ? EvidenceWrite.REFUSED : EvidenceWrite.FAILED);
    if (e.lasting()) {
      metrics.evidenceLost(
          EvidenceLoss.REFUSED, reports.stream().mapToInt(report -> report.rows().size()).sum());
    }
    LOG.atDebug()
        .addKeyValue("namespace", namespace)
        .addKeyValue("lasting", e.lasting())
        .addKeyValue("error", e.getMessage())
        .log("Evidence was not written");
  }

  private void end(Waiting waiting, List<Report> reports, boolean done, List<Runnable> answers) {
    waiting.writing = false;
    writing--;
    Instant now = clock.instant();
    if (done) {
      // Varied, so that namespaces that came together do not stay together.
      waiting.rest =
          now.plus(config.writeInterval().multipliedBy(random.nextInt(80, 121)).dividedBy(100));
      waiting.due = waiting.rest;
      reports.forEach(report -> {
        rows -= report.rows().size();
        Pending pending = batches.get(report.batch());
        if (pending != null && --pending.namespaces == 0) {
          batches.remove(report.batch());
          answers.add(() -> pending.kept.complete(null));
        }
      });
    } else if (draining) {
      reports.forEach(report -> giveUp(report, answers));
    } else {
      waiting.due =
          now.plus(PAUSE_AFTER_FAILURE.multipliedBy(random.nextInt(50, 151)).dividedBy(100));
      waiting.reports.addAll(0, reports);
    }
  }

  private void giveUp(Report report, List<Runnable> answers) {
    rows -= report.rows().size();
    Pending pending = batches.remove(report.batch());
    if (pending != null) {
      answers.add(() ->
          pending.kept.completeExceptionally(
              new EvidenceStoreException(
                  "the server is shutting down, and could not write it", /* lasting= */ false)));
    }
  }

  private boolean isDraining() {
    lock.lock();
    try {
      return draining;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more, and writes everything at once; what fails now is answered so. */
  public void drain() {
    lock.lock();
    try {
      draining = true;
    } finally {
      lock.unlock();
    }
    writeDue();
  }

  /** For tests: the reports' rows that wait. */
  int rows() {
    lock.lock();
    try {
      return rows;
    } finally {
      lock.unlock();
    }
  }
}
