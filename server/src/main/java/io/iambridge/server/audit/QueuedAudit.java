package io.iambridge.server.audit;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.targets.Finding;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * For those who must not wait for a disk: what they report is written a moment later, by a thread
 * of its own. What finds no place in the queue is lost and counted.
 */
public final class QueuedAudit implements Audit, AutoCloseable {
  private static final int MOST_QUEUED = 10_000;
  private static final int CLOSE_SECONDS = 2;

  private final Audit audit;
  private final ThreadPoolExecutor writer;

  /** Reports to the other. */
  public QueuedAudit(Audit audit, ThreadFactory threads, AuditCounts counts) {
    this.audit = audit;
    this.writer =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_QUEUED),
            threads,
            (line, queue) -> counts.auditLost());
  }

  @Override
  public void denied(String node, Optional<Pod> pod, String about, Reason reason, String message) {
    writer.execute(() -> audit.denied(node, pod, about, reason, message));
  }

  @Override
  public void fellBack(Session session, Finding finding, String ownWords) {
    writer.execute(() -> audit.fellBack(session, finding, ownWords));
  }

  @Override
  public void fellBack(
      Pod pod, Mechanism.Kind wanted, Session instead, Finding finding, String message) {
    writer.execute(() -> audit.fellBack(pod, wanted, instead, finding, message));
  }

  @Override
  public void securityEvent(SecurityEvent event) {
    writer.execute(() -> audit.securityEvent(event));
  }

  /** Writes what is queued, for a moment. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      writer.shutdownNow();
    }
  }
}
