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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvidenceKeeperTest {
  private final EvidenceStoreException away =
      new EvidenceStoreException("away", /* lasting= */ false);
  private final EvidenceStoreException forbidden =
      new EvidenceStoreException("forbidden", /* lasting= */ true);

  private final FakeClock clock = new FakeClock();
  private final FakeEvidenceStore store = new FakeEvidenceStore();
  private final Counts counts = new Counts();
  private final EvidenceKeeper keeper = keeper();

  private EvidenceKeeper keeper() {
    return new EvidenceKeeper(
        store, EvidenceConfig.DEFAULT, Runnable::run, clock, new Random(3), counts);
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

  private CompletableFuture<Void> keep(EvidenceKeeper by, String name, String... namespaces) {
    Map<String, List<Report.Row>> rows = new HashMap<>();
    for (String namespace : namespaces) {
      rows.put(namespace, List.of(row(1)));
    }
    return by.keep(BatchName.parse(name).orElseThrow(), rows);
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
  void whatNeverWillBeWrittenIsDroppedAndAnswered() {
    store.fail(forbidden);
    CompletableFuture<Void> answer = keep("aaaaaaaa-1", "one");
    pass(Duration.ofSeconds(1));
    assertThat(answer).isCompleted();
    assertThat(counts.lost).containsEntry(EvidenceLoss.REFUSED, 1);
    assertThat(keeper.rows()).isZero();
  }

  @Test
  void theEndOfTheServerWritesWhatWaits() {
    CompletableFuture<Void> first = keep("aaaaaaaa-1", "one", "two");
    pass(Duration.ofSeconds(1));
    CompletableFuture<Void> second = keep("aaaaaaaa-2", "one");
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
    var _ = keeper.keep(BatchName.parse("aaaaaaaa-1").orElseThrow(), Map.of("one", many));
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
