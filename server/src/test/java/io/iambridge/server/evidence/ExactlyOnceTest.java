package io.iambridge.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.testing.FakeEvidenceStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Random histories of agents and replicas: answers are lost, servers end gracefully or not, agents
 * start anew with what they have kept, Kubernetes fails before or after it has written. In the end
 * every call is there once.
 */
class ExactlyOnceTest {
  private static final int AGENTS = 5;
  private static final int REPLICAS = 3;
  private static final int STEPS = 3_000;
  private final EvidenceStoreException away =
      new EvidenceStoreException("away", /* lasting= */ false);

  private final FakeClock clock = new FakeClock();
  private final FakeEvidenceStore store = new FakeEvidenceStore();
  private final Map<String, Long> called = new HashMap<>();
  private final List<Replica> replicas = new ArrayList<>();
  private final List<Replica> cutOff = new ArrayList<>();
  private final List<SimulatedAgent> agents = new ArrayList<>();
  private Random dice = new Random();
  private int runs;

  /** A server whose threads are run by hand, and which may be gone before they are. */
  private final class Replica {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final EvidenceKeeper keeper =
        new EvidenceKeeper(
            store, EvidenceConfig.DEFAULT, tasks::add, clock, dice, ServerMetrics.NOOP);

    void run() {
      keeper.writeDue();
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    }
  }

  /** An agent as the contract says: one batch at a time, sent again until it is kept. */
  private final class SimulatedAgent {
    private String run = newRun();
    private long number;
    private Map<String, Long> counts = new HashMap<>();
    private @Nullable BatchName unanswered;
    private Map<String, List<Report.Row>> rows = Map.of();
    private @Nullable CompletableFuture<Void> answer;

    private String newRun() {
      return "run%05d".formatted(runs++);
    }

    void call() {
      String namespace = "ns-" + dice.nextInt(3);
      counts.merge(namespace, 1L, Long::sum);
      called.merge(namespace, 1L, Long::sum);
    }

    void send() {
      if (answer != null && answer.isDone() && !answer.isCompletedExceptionally()) {
        unanswered = null;
        answer = null;
      }
      if (unanswered == null && !counts.isEmpty()) {
        unanswered = new BatchName(run, ++number);
        rows = new HashMap<>();
        counts.forEach((namespace, calls) -> rows.put(namespace, List.of(row(calls))));
        counts = new HashMap<>();
      }
      if (unanswered != null && (answer == null || answer.isDone() || dice.nextInt(4) == 0)) {
        Replica replica = replicas.get(dice.nextInt(REPLICAS));
        answer = replica.keeper.keep(unanswered, rows);
      }
    }

    /** What was answered is not heard. */
    void loseAnswer() {
      answer = null;
    }

    /** What is unanswered is in its file; what it counts from now on has another run's name. */
    void restart() {
      answer = null;
      if (unanswered == null) {
        send();
      }
      run = newRun();
      number = 0;
    }

    boolean isDone() {
      return unanswered == null && counts.isEmpty();
    }
  }

  private Report.Row row(long calls) {
    String now = clock.instant().toString();
    return new Report.Row(
        new Workload("Deployment", "web"),
        "sa",
        new Calls(
            "role",
            "kiam",
            "",
            /* fallback= */ false,
            "imds-v1",
            "served",
            "",
            "",
            List.of(),
            now,
            Map.of(now.substring(0, 10), calls)));
  }

  private void step() {
    SimulatedAgent agent = agents.get(dice.nextInt(AGENTS));
    int number = dice.nextInt(REPLICAS);
    switch (dice.nextInt(16)) {
      case 0, 1, 2, 3 -> agent.call();
      case 4, 5, 6 -> agent.send();
      case 7, 8 -> replicas.get(number).run();
      case 9 -> {
        if (!cutOff.isEmpty()) {
          cutOff.get(dice.nextInt(cutOff.size())).run();
        }
      }
      case 10 -> agent.loseAnswer();
      case 11 -> agent.restart();
      case 12 -> {
        Replica ending = replicas.set(number, new Replica());
        ending.keeper.drain();
        ending.run();
      }
      // Nobody reaches it any more; what it has may still be written, much later or never.
      case 13 -> cutOff.add(replicas.set(number, new Replica()));
      case 14 -> trouble();
      default -> clock.advance(Duration.ofSeconds(dice.nextInt(20)));
    }
  }

  private void trouble() {
    switch (dice.nextInt(4)) {
      case 0 -> store.fail(away);
      case 1 -> store.failAfterwards(away);
      case 2 -> store.meanwhile(replicas.get(dice.nextInt(REPLICAS))::run);
      default -> store.fail(null);
    }
  }

  @RepeatedTest(20)
  void everyCallIsKeptOnce() {
    long seed = new Random().nextLong();
    dice = new Random(seed);
    for (int replica = 0; replica < REPLICAS; replica++) {
      replicas.add(new Replica());
    }
    for (int agent = 0; agent < AGENTS; agent++) {
      agents.add(new SimulatedAgent());
    }
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    store.fail(null);
    for (int round = 0; round < 50; round++) {
      agents.forEach(SimulatedAgent::send);
      clock.advance(Duration.ofSeconds(30));
      replicas.forEach(Replica::run);
    }
    assertThat(agents).as("seed %d", seed).allMatch(SimulatedAgent::isDone);
    Map<String, Long> kept = new HashMap<>();
    store
        .list()
        .forEach((namespace, status) ->
            status.workloads().stream()
                .flatMap(workload -> workload.calls().stream())
                .flatMap(calls -> calls.perDay().values().stream())
                .forEach(calls -> kept.merge(namespace, calls, Long::sum)));
    assertThat(kept).as("seed %d", seed).isEqualTo(called);
    assertThat(called.values().stream().mapToLong(Long::longValue).sum()).isGreaterThan(100);
  }
}
