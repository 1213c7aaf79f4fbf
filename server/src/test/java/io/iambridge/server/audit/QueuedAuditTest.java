package io.iambridge.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.proto.v1.Reason;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class QueuedAuditTest {
  private final CountDownLatch disk = new CountDownLatch(1);
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final AtomicInteger lost = new AtomicInteger();
  private final Audit slow =
      new Audit() {
        @Override
        public void denied(
            String node,
            Optional<io.iambridge.server.cluster.Pod> pod,
            String about,
            Reason reason,
            String message) {
          try {
            disk.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          written.add(about);
        }
      };
  private final AuditCounts counts =
      new AuditCounts() {
        @Override
        public void auditLost() {
          lost.incrementAndGet();
        }
      };

  @Test
  void whoReportsDoesNotWaitForTheDiskAndWhatIsTooMuchIsCounted() {
    try (QueuedAudit queued = new QueuedAudit(slow, Thread.ofVirtual().factory(), counts)) {
      for (int i = 0; i < 12_000; i++) {
        queued.denied("", Optional.empty(), "line " + i, Reason.ROLE_NOT_PERMITTED, "no");
      }
      disk.countDown();
    }
    assertThat(lost.get()).isBetween(1_990, 2_000);
    assertThat(written).hasSize(12_000 - lost.get()).startsWith("line 0", "line 1");
  }
}
