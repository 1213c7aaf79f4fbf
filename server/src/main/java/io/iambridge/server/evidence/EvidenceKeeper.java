package io.iambridge.server.evidence;

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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
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
public final class EvidenceKeeper implements AutoCloseable {
  /** Of all namespaces and agents together; the agents keep what finds no place. */
  static final int MOST_ROWS = 200_000;

  /** The API server has other things to do. */
  static final int MOST_AT_ONCE = 8;

  /** What comes in this time of the first report is written with it. */
  static final Duration GATHER = Duration.ofSeconds(1);

  /** So often one after the other a namespace is refused before what it waits with is dropped. */
  static final int PATIENCE = 5;

  /** How long it is remembered that a namespace was refused. */
  private static final Duration MEMORY = Duration.ofHours(1);

  /** How long closing waits for what is being written; the agents send again what is not. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

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
  private final Condition idle = lock.newCondition();
  private final Map<String, Waiting> namespaces = new HashMap<>();
  private final Map<BatchName, Pending> batches = new HashMap<>();
  private final Map<String, BatchName> batchOfNode = new HashMap<>();
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
    private int refused;
    private Instant forget = Instant.MIN;
  }

  /** What became of writing a namespace's reports. */
  private enum End {
    /** They are kept, or there is nothing to keep. */
    DONE,
    /** They are refused for a reason that lasts. */
    REFUSED,
    /** They are to be tried again. */
    AGAIN
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
      if (batchOfNode.containsKey(name.node())) {
        // An agent waits for its answer; a new one on the node waits for the former one's.
        return failed("another batch of the node waits to be written");
      }
      if (rows + added > MOST_ROWS) {
        return failed("too much evidence waits to be written");
      }
      rows += added;
      Pending pending = new Pending();
      pending.namespaces = byNamespace.size();
      batches.put(name, pending);
      batchOfNode.put(name.node(), name);
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
    boolean rejected;
    do {
      rejected = !startDue();
    } while (rejected && isDraining());
  }

  /** Whether all that was to be started was. */
  private boolean startDue() {
    Instant now = clock.instant();
    List<Write> writes = new ArrayList<>();
    lock.lock();
    try {
      namespaces.values().removeIf(waiting -> isForgotten(waiting, now));
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
    boolean started = true;
    for (Write write : writes) {
      started &= start(write);
    }
    return started;
  }

  private static boolean isForgotten(Waiting waiting, Instant now) {
    return waiting.reports.isEmpty() && !waiting.writing && !now.isBefore(waiting.forget);
  }

  private boolean start(Write write) {
    try {
      tasks.execute(() -> run(write));
      return true;
    } catch (RejectedExecutionException e) {
      // The server is at its end.
      end(write, End.AGAIN);
      return false;
    }
  }

  /** One write of a namespace. */
  private record Write(String namespace, Waiting waiting, List<Report> reports) {}

  private Write begin(String namespace, Waiting waiting) {
    List<Report> reports = waiting.reports;
    waiting.reports = new ArrayList<>();
    waiting.writing = true;
    writing++;
    return new Write(namespace, waiting, reports);
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, the reports are to be answered
  private void run(Write write) {
    End end = End.AGAIN;
    try {
      end = written(write.namespace(), write.reports()) ? End.DONE : End.AGAIN;
    } catch (EvidenceStoreException e) {
      end = e.lasting() ? End.REFUSED : End.AGAIN;
      metrics.evidenceWritten(e.lasting() ? EvidenceWrite.REFUSED : EvidenceWrite.FAILED);
      LOG.atDebug()
          .addKeyValue("namespace", write.namespace())
          .addKeyValue("lasting", e.lasting())
          .addKeyValue("error", e.getMessage())
          .log("Evidence was not written");
    } catch (RuntimeException e) {
      metrics.evidenceWritten(EvidenceWrite.FAILED);
      LOG.atError()
          .addKeyValue("namespace", write.namespace())
          .setCause(e)
          .log("Evidence was not written for a reason of our own; it is tried again");
    }
    end(write, end);
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
      switch (store.write(namespace, merged.status(), stored.version())) {
        case WRITTEN -> {
          metrics.evidenceWritten(EvidenceWrite.WRITTEN);
          metrics.evidenceLost(EvidenceLoss.NO_ROOM, merged.dropped());
          return true;
        }
        case GONE -> {
          return true;
        }
        case CONFLICT -> metrics.evidenceWritten(EvidenceWrite.CONFLICT);
      }
    }
    return false;
  }

  private void end(Write write, End end) {
    List<Runnable> answers = new ArrayList<>();
    lock.lock();
    try {
      write.waiting().writing = false;
      writing--;
      switch (end) {
        case DONE -> {
          write.waiting().refused = 0;
          done(write, answers);
        }
        case REFUSED -> refused(write, answers);
        case AGAIN -> again(write, answers);
      }
      if (rows == 0 && writing == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
    // Whoever hears of it must not do so under the lock.
    answers.forEach(Runnable::run);
  }

  private void done(Write write, List<Runnable> answers) {
    Waiting waiting = write.waiting();
    // Varied, so that namespaces that came together do not stay together.
    waiting.rest =
        clock
            .instant()
            .plus(config.writeInterval().multipliedBy(random.nextInt(80, 121)).dividedBy(100));
    waiting.due = waiting.rest;
    waiting.forget = waiting.refused == 0 ? waiting.rest : waiting.rest.plus(MEMORY);
    write
        .reports()
        .forEach(report -> {
          rows -= report.rows().size();
          Pending pending = batches.get(report.batch());
          if (pending != null && --pending.namespaces == 0) {
            remove(report.batch());
            answers.add(() -> pending.kept.complete(null));
          }
        });
  }

  private void refused(Write write, List<Runnable> answers) {
    int times = ++write.waiting().refused;
    if (times < PATIENCE) {
      again(write, answers);
      return;
    }
    if (times == PATIENCE) {
      LOG.atWarn()
          .addKeyValue("namespace", write.namespace())
          .log("Evidence of the namespace is dropped: Kubernetes refuses it again and again");
    }
    metrics.evidenceLost(
        EvidenceLoss.REFUSED,
        write.reports().stream().mapToInt(report -> report.rows().size()).sum());
    done(write, answers);
  }

  private void again(Write write, List<Runnable> answers) {
    if (draining) {
      write.reports().forEach(report -> giveUp(report, answers));
      return;
    }
    Waiting waiting = write.waiting();
    waiting.due =
        clock
            .instant()
            .plus(PAUSE_AFTER_FAILURE.multipliedBy(random.nextInt(50, 151)).dividedBy(100));
    waiting.reports.addAll(0, write.reports());
  }

  private void giveUp(Report report, List<Runnable> answers) {
    rows -= report.rows().size();
    Pending pending = remove(report.batch());
    if (pending != null) {
      answers.add(() ->
          pending.kept.completeExceptionally(
              new EvidenceStoreException(
                  "the server is shutting down, and could not write it", /* lasting= */ false)));
    }
  }

  private @Nullable Pending remove(BatchName name) {
    batchOfNode.remove(name.node(), name);
    return batches.remove(name);
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

  /** Drains, and waits a little for what is being written. */
  @Override
  public void close() {
    drain();
    lock.lock();
    try {
      long left = CLOSING.toNanos();
      while ((rows > 0 || writing > 0) && left > 0) {
        left = idle.awaitNanos(left);
      }
      if (rows > 0) {
        LOG.info("Some evidence was not written in time; agents send it again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
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
