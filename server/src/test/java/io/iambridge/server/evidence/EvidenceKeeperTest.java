package io.iambridge.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.metrics.EvidenceLoss;
import io.iambridge.server.metrics.EvidenceWrite;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.testing.FakeEvidenceStore;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvidenceKeeperTest {
  /** As long as five tries take. */
  private static final Duration AGAIN_AND_AGAIN = Duration.ofSeconds(75);

  private final EvidenceStoreException away =
      new EvidenceStoreException("away", /* lasting= */ false);
  private final EvidenceStoreException refused =
      new EvidenceStoreException("refused", /* lasting= */ true);

  private final FakeClock clock = new FakeClock();
  private final FakeEvidenceStore store = new FakeEvidenceStore();
  private final Counts counts = new Counts();
  private final EvidenceKeeper keeper = keeper();

  private EvidenceKeeper keeper() {
    return keeper(Runnable::run);
  }

  private EvidenceKeeper keeper(Executor tasks) {
    return new EvidenceKeeper(store, EvidenceConfig.DEFAULT, tasks, clock, new Random(3), counts);
  }

  private Report.Row row(long calls) {
    return new Report.Row(
        new Workload("Deployment", "web"),
        "sa",
        new Calls(
            "role",
            "kiam",
            "assume-role",
            /* fallback= */ false,
            "imds-v1",
            "served",
            "",
            "",
            List.of(),
            clock.instant().toString(),
            Map.of(clock.instant().toString().substring(0, 10), calls)));
  }

  /** Each run in these tests is another node's. */
  private static String nodeOf(String name) {
    return "node-" + name.substring(0, name.indexOf('-'));
  }

  private CompletableFuture<Void> keep(EvidenceKeeper by, String name, String... namespaces) {
    Map<String, List<Report.Row>> rows = new HashMap<>();
    for (String namespace : namespaces) {
      rows.put(namespace, List.of(row(1)));
    }
    return by.keep(BatchName.sent(nodeOf(name), name).orElseThrow(), rows);
  }

  private CompletableFuture<Void> keep(String name, String... namespaces) {
    return keep(keeper, name, namespaces);
  }

  private void pass(Duration time) {
    for (Duration left = time; left.isPositive(); left = left.minusSeconds(1)) {
      clock.advance(Duration.ofSeconds(1));
      keeper.writeDue();
    }
  }

  private String lostAt(String namespace) {
    return store.list().getOrDefault(namespace, EvidenceStatus.EMPTY).lostAt();
  }

  private long calls(String namespace) {
    return store.list().getOrDefault(namespace, EvidenceStatus.EMPTY).workloads().stream()
        .flatMap(workload -> workload.calls().stream())
        .flatMap(calls -> calls.perDay().values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  @Test
  void aBatchIsAnsweredWhenItIsWritten() {
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one", "two");
    keeper.writeDue();
    assertThat(answer).isNotDone();
    pass(Duration.ofSeconds(1));
    assertThat(answer).isCompleted();
    assertThat(calls("one")).isEqualTo(1);
    assertThat(calls("two")).isEqualTo(1);
    assertThat(keeper.rows()).isZero();
  }

  @Test
  void anObjectIsWrittenOnceInAnInterval() {
    for (int second = 0; second < 300; second++) {
      var _ = keep("run%05d-1".formatted(second), "one");
      pass(Duration.ofSeconds(1));
    }
    assertThat(store.writes()).isBetween(8, 14);
    pass(Duration.ofMinutes(1));
    assertThat(calls("one")).isEqualTo(300);
  }

  @Test
  void aBatchThatComesAgainWhileItWaitsCountsOnce() {
    CompletableFuture<Void> first = keep("aaaaaaaa-1", "one");
    CompletableFuture<Void> again = keep("aaaaaaaa-1", "one");
    pass(Duration.ofSeconds(1));
    assertThat(first).isCompleted();
    assertThat(again).isCompleted();
    assertThat(calls("one")).isEqualTo(1);
  }

  @Test
  void aBatchThatTwoReplicasHoldCountsOnce() {
    EvidenceKeeper other = keeper();
    var _ = keep("aaaaaaaa-1", "one");
    CompletableFuture<Void> answer = keep(other, "aaaaaaaa-1", "one");
    // Exactly between the first one's read and its write.
    store.meanwhile(other::drain);
    pass(Duration.ofSeconds(1));
    assertThat(answer).isCompleted();
    assertThat(calls("one")).isEqualTo(1);
    assertThat(counts.writes).containsEntry(EvidenceWrite.CONFLICT, 1);
  }

  @Test
  void twoReplicasLoseNothingOfEachOther() {
    EvidenceKeeper other = keeper();
    var _ = keep("aaaaaaaa-1", "one");
    var _ = keep(other, "bbbbbbbb-1", "one");
    store.meanwhile(other::drain);
    pass(Duration.ofSeconds(1));
    assertThat(calls("one")).isEqualTo(2);
  }

  @Test
  void whatCannotBeWrittenIsTriedAgain() {
    store.fail(away);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one");
    pass(Duration.ofMinutes(2));
    assertThat(answer).isNotDone();
    assertThat(counts.writes.get(EvidenceWrite.FAILED)).isBetween(6, 24);
    store.fail(null);
    pass(Duration.ofSeconds(20));
    assertThat(answer).isCompleted();
    assertThat(calls("one")).isEqualTo(1);
  }

  @Test
  void aWriteWhoseAnswerIsLostCountsOnce() {
    store.failAfterwards(away);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one");
    pass(Duration.ofSeconds(1));
    assertThat(answer).isNotDone();
    store.fail(null);
    pass(Duration.ofSeconds(20));
    assertThat(answer).isCompleted();
    assertThat(calls("one")).isEqualTo(1);
  }

  @Test
  void whatIsRefusedAgainAndAgainIsDroppedAndAnswered() {
    store.fail("one", refused);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one", "two");
    pass(Duration.ofSeconds(1));
    assertThat(answer).isNotDone();
    assertThat(calls("two")).isEqualTo(1);
    pass(AGAIN_AND_AGAIN);
    assertThat(answer).isCompleted();
    assertThat(counts.writes).containsEntry(EvidenceWrite.REFUSED, EvidenceKeeper.PATIENCE);
    assertThat(counts.lost).containsEntry(EvidenceLoss.REFUSED, 1);
    assertThat(keeper.rows()).isZero();

    // What comes then is tried once.
    CompletableFuture<Void> next = keep("aaaaaaaa-2", "one");
    pass(Duration.ofMinutes(1));
    assertThat(next).isCompleted();
    assertThat(counts.lost).containsEntry(EvidenceLoss.REFUSED, 2);

    String lost = clock.instant().minus(Duration.ofMinutes(2)).toString();
    store.fail("one", null);
    CompletableFuture<Void> mended = keep("aaaaaaaa-3", "one");
    pass(Duration.ofMinutes(1));
    assertThat(mended).isCompleted();
    assertThat(calls("one")).isEqualTo(1);
    assertThat(lostAt("one")).as("the object tells").isGreaterThan(lost);
    assertThat(lostAt("two")).isEmpty();
  }

  @Test
  void whatIsDroppedLeavesItsTimeInTheObjectThatRefusesIt() {
    store.failWhenItHasCalls("one", refused);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one");
    pass(AGAIN_AND_AGAIN);
    assertThat(answer).isCompleted();
    assertThat(counts.lost).containsEntry(EvidenceLoss.REFUSED, 1);
    assertThat(calls("one")).isZero();
    assertThat(lostAt("one")).isNotEmpty();
  }

  @Test
  void whatFailsForMinutesIsTold() {
    store.fail("one", away);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one");
    pass(EvidenceKeeper.FAILING);
    assertThat(keeper.isFailing("two")).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(keeper.isFailing("two")).isTrue();
    assertThat(answer).isNotDone();
    store.fail("one", null);
    pass(Duration.ofSeconds(20));
    assertThat(keeper.isFailing("two")).isFalse();
    assertThat(answer).isCompleted();
    assertThat(lostAt("one")).isEmpty();
  }

  @Test
  void namespaceThatAloneCannotBeWrittenHoldsUpNobodyElse() {
    store.fail("one", away);
    CompletableFuture<Void> stuck = keep("aaaaaaaa-1", "one");
    pass(Duration.ofSeconds(30));
    var _ = keep("bbbbbbbb-1", "two");
    pass(EvidenceKeeper.FAILING);
    assertThat(stuck).as("its agent may go on").isCompleted();
    assertThat(calls("two")).isEqualTo(1);
    assertThat(keeper.isFailing("one")).isTrue();
    assertThat(keeper.isFailing("two")).isFalse();
    assertThat(counts.lost).containsEntry(EvidenceLoss.REFUSED, 1);

    CompletableFuture<Void> next = keep("aaaaaaaa-2", "one");
    pass(Duration.ofMinutes(1));
    assertThat(next).isCompleted();
    store.fail("one", null);
    var _ = keep("aaaaaaaa-3", "one");
    pass(Duration.ofMinutes(1));
    assertThat(calls("one")).isEqualTo(1);
    assertThat(lostAt("one")).as("the object tells").isNotEmpty();
    assertThat(keeper.isFailing("one")).isFalse();
  }

  @Test
  void whatIsRefusedForAMomentIsNotLost() {
    store.fail("one", refused);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one");
    pass(Duration.ofSeconds(10));
    store.fail("one", null);
    pass(Duration.ofSeconds(30));
    assertThat(answer).isCompleted();
    assertThat(calls("one")).isEqualTo(1);
    assertThat(counts.lost).doesNotContainKey(EvidenceLoss.REFUSED);
  }

  @Test
  void ofANamespaceThatIsGoneThereIsNothingToWrite() {
    store.gone("one");
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one", "two");
    pass(Duration.ofSeconds(1));
    assertThat(answer).isCompleted();
    assertThat(calls("two")).isEqualTo(1);
    assertThat(counts.lost).doesNotContainKey(EvidenceLoss.REFUSED);
    assertThat(counts.writes).containsOnly(Map.entry(EvidenceWrite.WRITTEN, 1));
  }

  @Test
  void aNodeHasOneBatchWaiting() {
    CompletableFuture<Void> first = keep("aaaaaaaa-1", "one");
    assertThat(keep("aaaaaaaa-2", "one")).isCompletedExceptionally();
    CompletableFuture<Void> other = keep("bbbbbbbb-1", "one");
    pass(Duration.ofSeconds(1));
    assertThat(first).isCompleted();
    assertThat(other).isCompleted();
    CompletableFuture<Void> second = keep("aaaaaaaa-2", "one");
    pass(Duration.ofMinutes(1));
    assertThat(second).isCompleted();
    assertThat(calls("one")).isEqualTo(3);
  }

  @Test
  void closingWaitsForWhatIsBeingWritten() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      EvidenceKeeper slow = keeper(threads);
      CountDownLatch reading = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      store.meanwhile(() -> {
        reading.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      CompletableFuture<Void> answer = keep(slow, "aaaaaaaa-1", "one");
      Future<?> closing = threads.submit(slow::close);
      reading.await();
      assertThat(closing.isDone()).isFalse();
      goOn.countDown();
      closing.get();
      assertThat(answer).isCompleted();
      assertThat(calls("one")).isEqualTo(1);
    }
  }

  @Test
  void whatNoThreadWritesAnyMoreIsAnsweredSo() {
    EvidenceKeeper ending =
        keeper(task -> {
          throw new RejectedExecutionException("closed");
        });
    String[] namespaces =
        IntStream.range(0, 100).mapToObj(number -> "ns-" + number).toArray(String[]::new);
    CompletableFuture<Void> answer = keep(ending, "aaaaaaaa-1", namespaces);
    ending.close();
    assertThat(answer).isCompletedExceptionally();
    assertThat(ending.rows()).isZero();
  }

  @Test
  void theEndOfTheServerWritesWhatWaits() {
    CompletableFuture<Void> first = keep("aaaaaaaa-1", "one", "two");
    pass(Duration.ofSeconds(1));
    CompletableFuture<Void> second = keep("bbbbbbbb-1", "one");
    assertThat(second).isNotDone();
    keeper.drain();
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(keep("aaaaaaaa-3", "one")).isCompletedExceptionally();
  }

  @Test
  void theEndOfTheServerDoesNotWaitForAStoreThatIsAway() {
    store.fail(away);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one", "two");
    keeper.drain();
    assertThat(answer).isCompletedExceptionally();
    assertThat(keeper.rows()).isZero();
  }

  @Test
  void whatFindsNoPlaceStaysWithItsAgent() {
    store.fail(away);
    List<Report.Row> many =
        IntStream.range(0, EvidenceKeeper.MOST_ROWS).mapToObj(_ -> row(1)).toList();
    var _ = keeper.keep(BatchName.sent("node", "aaaaaaaa-1").orElseThrow(), Map.of("one", many));
    assertThat(keep("bbbbbbbb-1", "two")).isCompletedExceptionally();
  }

  private static final class Counts implements ServerMetrics {
    private final Map<EvidenceWrite, Integer> writes = new EnumMap<>(EvidenceWrite.class);
    private final Map<EvidenceLoss, Integer> lost = new EnumMap<>(EvidenceLoss.class);

    @Override
    public void evidenceWritten(EvidenceWrite outcome) {
      writes.merge(outcome, 1, Integer::sum);
    }

    @Override
    public void evidenceLost(EvidenceLoss why, int count) {
      lost.merge(why, count, Integer::sum);
    }
  }
}
