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
import java.util.Optional;
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
 * that each counts once even when two servers hold it. An agent keeps what it sent until it is
 * answered, so a server may end at any moment; what {@link OwnCalls} hands over is only here, and
 * lost when the process is killed. What is dropped, since its object is refused again and again or
 * has no room, leaves its time in the object: to have no evidence then says nothing.
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

  /** Writing that fails for so long is more than a moment of the API server's. */
  static final Duration FAILING = Duration.ofMinutes(5);

  /** How long it is tried to write that something was lost; after that it matters to nobody. */
  private static final Duration LOSS_MATTERS = Duration.ofHours(24);

  /** How long closing waits for what is being written; agents send again what is not. */
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
  private Instant lastWritten = Instant.MIN;
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

    /** Whether others are written while this one is not. */
    private boolean alone;

    private Instant forget = Instant.MIN;
    private @Nullable Instant failing;

    /** When something was dropped that the object does not tell of yet. */
    private @Nullable Instant lost;
  }

  /** What became of writing a namespace's reports. */
  private enum End {
    /** They are kept, or there is nothing to keep. */
    DONE,
    /** They are refused for a reason that lasts. */
    REFUSED,
    /** They are refused again and again, and the object says that something was lost. */
    LOST,
    /** They fail for minutes, while other namespaces are written. */
    ALONE,
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
    return waiting.reports.isEmpty()
        && !waiting.writing
        && !now.isBefore(waiting.forget)
        && (waiting.lost == null || now.isAfter(waiting.lost.plus(LOSS_MATTERS)));
  }

  /**
   * Whether calls of a namespace may be missing in its evidence: some of its own could not be
   * written here, or evidence waits that could not be written for minutes, and with it what its
   * agents have seen since, of whichever namespace.
   */
  public boolean isFailing(String namespace) {
    Instant before = clock.instant().minus(FAILING);
    lock.lock();
    try {
      Waiting own = namespaces.get(namespace);
      if (own != null && (own.alone || own.lost != null)) {
        return true;
      }
      return namespaces.values().stream()
          .anyMatch(waiting ->
              waiting.failing != null && !waiting.alone && !waiting.failing.isAfter(before));
    } finally {
      lock.unlock();
    }
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
  private record Write(
      String namespace,
      Waiting waiting,
      List<Report> reports,
      Optional<Instant> lost,
      boolean patienceEnds,
      boolean alone) {}

  private Write begin(String namespace, Waiting waiting) {
    List<Report> reports = waiting.reports;
    waiting.reports = new ArrayList<>();
    waiting.writing = true;
    writing++;
    return new Write(
        namespace,
        waiting,
        reports,
        Optional.ofNullable(waiting.lost),
        waiting.refused + 1 >= PATIENCE,
        failsAlone(waiting));
  }

  /** A quota or an admission rule of one namespace must not hold up what its nodes' others saw. */
  private boolean failsAlone(Waiting waiting) {
    return waiting.failing != null
        && !clock.instant().isBefore(waiting.failing.plus(FAILING))
        && lastWritten.isAfter(waiting.failing);
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, the reports are to be answered
  private void run(Write write) {
    End end = End.AGAIN;
    try {
      end = written(write) ? End.DONE : End.AGAIN;
    } catch (EvidenceStoreException e) {
      end = e.lasting() ? refused(write) : write.alone() ? End.ALONE : End.AGAIN;
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

  /** What becomes of reports whose object is refused: the object is to tell that they are lost. */
  private End refused(Write write) {
    if (!write.patienceEnds()) {
      return End.REFUSED;
    }
    try {
      for (int i = 0; i < TRIES; i++) {
        Stored stored = store.read(write.namespace());
        EvidenceStatus told = stored.status().lost(clock.instant());
        if (store.write(write.namespace(), told, stored.version()) != Outcome.CONFLICT) {
          return End.LOST;
        }
      }
      return End.AGAIN;
    } catch (EvidenceStoreException e) {
      return e.lasting() ? End.REFUSED : End.AGAIN;
    }
  }

  private boolean written(Write write) throws EvidenceStoreException {
    String namespace = write.namespace();
    for (int i = 0; i < TRIES; i++) {
      Stored stored = store.read(namespace);
      EvidenceMerge.Result merged =
          EvidenceMerge.merge(stored.status(), write.reports(), clock.instant());
      if (!merged.changed() && write.lost().isEmpty()) {
        return true;
      }
      EvidenceStatus status = merged.status();
      if (write.lost().isPresent()) {
        status = status.lost(write.lost().get());
      }
      if (merged.dropped() > 0) {
        status = status.lost(clock.instant());
      }
      switch (store.write(namespace, status, stored.version())) {
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
          write.waiting().lost = null;
          write.waiting().alone = false;
          lastWritten = clock.instant();
          done(write, answers);
        }
        case REFUSED -> refused(write, /* told= */ false, answers);
        case LOST -> {
          write.waiting().lost = null;
          refused(write, /* told= */ true, answers);
        }
        case ALONE -> droppedAlone(write, answers);
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
    waiting.failing = null;
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

  private void refused(Write write, boolean told, List<Runnable> answers) {
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
    if (!told) {
      write.waiting().lost = clock.instant();
    }
    metrics.evidenceLost(EvidenceLoss.REFUSED, rows(write));
    done(write, answers);
  }

  private void droppedAlone(Write write, List<Runnable> answers) {
    Waiting waiting = write.waiting();
    Instant since = waiting.failing;
    if (!waiting.alone) {
      LOG.atWarn()
          .addKeyValue("namespace", write.namespace())
          .log("Evidence of the namespace is dropped: it alone cannot be written, for minutes");
    }
    waiting.alone = true;
    waiting.lost = clock.instant();
    metrics.evidenceLost(EvidenceLoss.REFUSED, rows(write));
    done(write, answers);
    waiting.failing = since;
  }

  private static int rows(Write write) {
    return write.reports().stream().mapToInt(report -> report.rows().size()).sum();
  }

  private void again(Write write, List<Runnable> answers) {
    if (draining) {
      write.reports().forEach(report -> giveUp(report, answers));
      return;
    }
    Waiting waiting = write.waiting();
    waiting.failing = waiting.failing == null ? clock.instant() : waiting.failing;
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
        LOG.info("Some evidence was not written in time; agents send theirs again");
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
