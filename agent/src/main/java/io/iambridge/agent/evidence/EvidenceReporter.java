package io.iambridge.agent.evidence;

import io.iambridge.agent.evidence.EvidenceServer.Answer;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.EvidenceReport;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what was counted, so that each call counts once, whatever servers and networks do.
 *
 * <p>How it works. A batch is named after this run of the agent and its place in it, and is sent
 * again as it is until a server says that it is kept. The next one is made only then, so that the
 * servers need to remember one name of each agent; what is called meanwhile is counted for it. What
 * is not answered when the agent ends is kept in a file and sent first by the next run.
 *
 * <p>Everything happens on the state thread, but for the file.
 */
public final class EvidenceReporter {
  /** So many of the largest still fit into what the server takes for a message. */
  static final int MOST_KINDS = 400;

  /** How long the agent's end waits for the server. */
  static final Duration FAREWELL = Duration.ofSeconds(2);

  /** What more there is goes out almost at once. */
  static final Duration REST = Duration.ofMillis(100);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofMinutes(1);
  private static final int DOUBLINGS = 6;
  private static final int MOST_LEFT_OVER = 50;
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceReporter.class);

  private final CallCounts counts;
  private final EvidenceServer server;
  private final EvidenceFile file;
  private final Duration interval;
  private final ScheduledExecutorService state;
  private final Executor files;
  private final RandomGenerator random;
  private final AgentMetrics metrics;
  private final String run;

  /** Not answered yet, the oldest first; only that one is ever under way. */
  private final Deque<ReportEvidenceRequest> batches = new ArrayDeque<>();

  private long made;
  private int failures;
  private boolean underWay;
  private boolean fileIsThere;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable CompletableFuture<Void> farewell;

  /**
   * @param interval how often a batch is made; each time varied by a fifth
   * @param state the state thread
   * @param files runs what blocks
   */
  public EvidenceReporter(
      CallCounts counts,
      EvidenceServer server,
      EvidenceFile file,
      Duration interval,
      ScheduledExecutorService state,
      Executor files,
      RandomGenerator random,
      AgentMetrics metrics) {
    this.counts = counts;
    this.server = server;
    this.file = file;
    this.interval = interval;
    this.state = state;
    this.files = files;
    this.random = random;
    this.metrics = metrics;
    this.run = HexFormat.of().toHexDigits(random.nextLong());
  }

  /** Reads what the run before left, and begins. Blocks for the file. */
  public void start() {
    List<ReportEvidenceRequest> left = file.read();
    state.execute(() -> {
      batches.addAll(left);
      fileIsThere = !left.isEmpty();
      wait(left.isEmpty() ? nextInterval() : REST);
    });
  }

  private Duration nextInterval() {
    return interval.multipliedBy(random.nextInt(80, 121)).dividedBy(100);
  }

  private void wait(Duration pause) {
    timer = state.schedule(this::report, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void report() {
    timer = null;
    if (batches.isEmpty()) {
      makeBatch();
    }
    if (!batches.isEmpty()) {
      underWay = true;
      server.report(batches.element(), this::answered);
    } else if (farewell != null) {
      farewell.complete(null);
    } else {
      wait(nextInterval());
    }
  }

  /** Whether there was anything to put into one. */
  private boolean makeBatch() {
    List<Evidence> taken = counts.take(MOST_KINDS);
    if (taken.isEmpty()) {
      return false;
    }
    batches.add(
        ReportEvidenceRequest.newBuilder()
            .setBatch(run + "-" + ++made)
            .addAllEvidence(taken)
            .build());
    return true;
  }

  private void answered(Answer answer) {
    underWay = false;
    metrics.evidenceReported(
        switch (answer) {
          case KEPT -> EvidenceReport.KEPT;
          case FAILED -> EvidenceReport.FAILED;
          case REJECTED -> EvidenceReport.REJECTED;
        });
    if (answer == Answer.FAILED) {
      if (farewell == null) {
        wait(backoff());
      } else {
        farewell.complete(null);
      }
      return;
    }
    failures = 0;
    ReportEvidenceRequest done = batches.remove();
    if (answer == Answer.REJECTED) {
      metrics.callsNotCounted(calls(done));
    }
    forgetFile();
    boolean more = !batches.isEmpty() || done.getEvidenceCount() == MOST_KINDS;
    if (farewell != null) {
      report();
    } else {
      wait(more ? REST : nextInterval());
    }
  }

  /** Full jitter, as agents do when they lose a server together. */
  private Duration backoff() {
    long ceiling = Math.min(LAST_RETRY.toMillis(), FIRST_RETRY.toMillis() << failures);
    failures = Math.min(failures + 1, DOUBLINGS);
    return Duration.ofMillis(random.nextLong(FIRST_RETRY.toMillis() / 2, ceiling + 1));
  }

  private static long calls(ReportEvidenceRequest batch) {
    return batch.getEvidenceList().stream().mapToLong(Evidence::getCalls).sum();
  }

  /** Once everything in it is kept. Sent twice it would still count once. */
  private void forgetFile() {
    if (fileIsThere && batches.isEmpty()) {
      fileIsThere = false;
      files.execute(() -> write(List.of()));
    }
  }

  /**
   * Sends what is left, waits a little for the answer, and keeps the rest for the next run. Nobody
   * may count any more. Not on the state thread.
   */
  public void close() {
    CompletableFuture<Void> said = new CompletableFuture<>();
    CompletableFuture<List<ReportEvidenceRequest>> left = new CompletableFuture<>();
    state.execute(() -> sayFarewell(said));
    await(said);
    state.execute(() -> left.complete(leftOver()));
    List<ReportEvidenceRequest> rest = await(left);
    if (rest != null) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      files.execute(() -> {
        write(rest);
        written.complete(null);
      });
      await(written);
    }
  }

  private void sayFarewell(CompletableFuture<Void> said) {
    farewell = said;
    if (timer != null) {
      timer.cancel(/* mayInterruptIfRunning= */ false);
    }
    if (!underWay) {
      report();
    }
  }

  private List<ReportEvidenceRequest> leftOver() {
    boolean more = true;
    while (more && batches.size() < MOST_LEFT_OVER) {
      more = makeBatch();
    }
    return new ArrayList<>(batches);
  }

  private void write(List<ReportEvidenceRequest> rest) {
    try {
      file.write(rest);
    } catch (IOException e) {
      metrics.callsNotCounted(rest.stream().mapToLong(EvidenceReporter::calls).sum());
      LOG.atWarn()
          .addKeyValue("cause", e.toString())
          .log("Evidence cannot be kept for the next run (--state-dir)");
    }
  }

  private static <T> @Nullable T await(CompletableFuture<T> future) {
    try {
      return future.get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("The evidence was not answered in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }
}
