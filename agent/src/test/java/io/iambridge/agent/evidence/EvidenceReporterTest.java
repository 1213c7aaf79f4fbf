package io.iambridge.agent.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.evidence.EvidenceServer.Answer;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.Evidence.Outcome;
import io.iambridge.proto.v1.Mechanism;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceReporterTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Duration LONGER = Duration.ofSeconds(36);

  private final Path directory;
  private final FakeClock clock = new FakeClock();
  private final ManualScheduler state = new ManualScheduler(clock);
  private final FakeServer server = new FakeServer();
  private final Random random = new Random(11);
  private CallCounts counts = newCounts();
  private EvidenceReporter reporter;

  EvidenceReporterTest(@TempDir Path directory) {
    this.directory = directory;
    this.reporter = newReporter();
  }

  private CallCounts newCounts() {
    return new CallCounts(clock, new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));
  }

  private EvidenceReporter newReporter() {
    return new EvidenceReporter(
        counts,
        server,
        new EvidenceFile(directory),
        INTERVAL,
        state,
        Runnable::run,
        random,
        new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));
  }

  private void start() {
    reporter.start();
    state.runDue();
  }

  private void call(String pod) {
    counts.notServed(pod, Evidence.Path.IMDS_V1, Outcome.REFUSED, "curl/8");
  }

  /** What the state thread does while another one waits for it. */
  private void stop() throws InterruptedException {
    Thread closing = Thread.ofPlatform().start(reporter::close);
    while (closing.isAlive()) {
      state.runDue();
      closing.join(1);
    }
  }

  private void restart() throws InterruptedException {
    stop();
    counts = newCounts();
    reporter = newReporter();
    start();
  }

  @Test
  void callsAreReportedOnce() {
    start();
    call("a");
    call("a");
    state.advance(LONGER);
    assertThat(server.kept).containsExactly(Map.entry("a", 2L));
    state.advance(LONGER.multipliedBy(3));
    assertThat(server.sent).hasSize(1);
  }

  @Test
  void aBatchIsSentAgainAsItIsUntilItIsKept() {
    start();
    call("a");
    server.answer = Answer.FAILED;
    state.advance(LONGER.multipliedBy(3));
    call("a");
    int tries = server.sent.size();
    assertThat(tries).isGreaterThan(2);
    assertThat(server.sent).containsOnly(server.sent.getFirst());
    server.answer = Answer.KEPT;
    state.advance(Duration.ofMinutes(2));
    assertThat(server.kept).containsExactly(Map.entry("a", 2L));
    assertThat(server.sent.getLast().getBatch()).isNotEqualTo(server.sent.getFirst().getBatch());
  }

  @Test
  void onlyOneIsUnderWay() {
    start();
    call("a");
    server.answer = null;
    state.advance(LONGER);
    call("b");
    state.advance(LONGER.multipliedBy(5));
    assertThat(server.sent).hasSize(1);
    server.answerLate(Answer.KEPT);
    state.advance(LONGER);
    assertThat(server.sent).hasSize(2);
  }

  @Test
  void moreThanABatchHoldsGoesOutAtOnce() {
    start();
    for (int pod = 0; pod < 2 * EvidenceReporter.MOST_KINDS + 1; pod++) {
      call("pod-" + pod);
    }
    state.advance(LONGER);
    assertThat(server.sent).hasSize(3);
    assertThat(server.kept).hasSize(2 * EvidenceReporter.MOST_KINDS + 1);
    // The contract's bound, and what the server takes for a message.
    assertThat(server.sent).allMatch(batch -> batch.getSerializedSize() < 64 * 1024);
  }

  @Test
  void theLargestBatchFitsIntoAMessage() {
    String uid = "12345678-1234-1234-1234-123456789012";
    String userAgent = "aws-sdk-dotnet-coreclr/" + "1".repeat(SdkName.MOST_CHARACTERS - 3);
    for (int pod = 0; pod < EvidenceReporter.MOST_KINDS; pod++) {
      String own = uid.substring(4) + (1_000 + pod);
      counts.called(
          own,
          Evidence.Path.EKS_AGENT,
          Outcome.UNAVAILABLE,
          Mechanism.POD_IDENTITY,
          /* fallback= */ true,
          userAgent);
    }
    start();
    state.advance(LONGER);
    assertThat(server.sent.getFirst().getEvidenceCount()).isEqualTo(EvidenceReporter.MOST_KINDS);
    assertThat(server.sent.getFirst().getSerializedSize()).isLessThan(60 * 1024);
  }

  @Test
  void aRejectedBatchIsNotSentAgain() {
    start();
    call("a");
    server.answer = Answer.REJECTED;
    state.advance(LONGER.multipliedBy(4));
    assertThat(server.sent).hasSize(1);
  }

  @Test
  void theLastCallsAreReportedWhenTheAgentEnds() throws Exception {
    start();
    call("a");
    stop();
    assertThat(server.kept).containsExactly(Map.entry("a", 1L));
    assertThat(directory.resolve(EvidenceFile.NAME)).doesNotExist();
  }

  @Test
  void whatNobodyAnsweredIsSentFirstByTheNextRunUnderItsName() throws Exception {
    start();
    call("a");
    server.answer = Answer.FAILED;
    state.advance(LONGER);
    ReportEvidenceRequest unanswered = server.sent.getFirst();
    call("b");
    stop();
    server.answer = Answer.KEPT;
    counts = newCounts();
    reporter = newReporter();
    server.sent.clear();
    call("c");
    start();
    state.advance(LONGER.multipliedBy(2));
    assertThat(server.sent).hasSize(3);
    assertThat(server.sent.getFirst()).isEqualTo(unanswered);
    assertThat(server.kept)
        .containsOnly(Map.entry("a", 1L), Map.entry("b", 1L), Map.entry("c", 1L));
    assertThat(directory.resolve(EvidenceFile.NAME)).doesNotExist();
  }

  @Test
  void aBrokenFileIsNoReasonNotToStart() throws Exception {
    Files.write(directory.resolve(EvidenceFile.NAME), new byte[] {100, 1, 2, 3});
    start();
    call("a");
    state.advance(LONGER);
    assertThat(server.kept).containsExactly(Map.entry("a", 1L));
  }

  @Test
  void whateverFailsEachCallCountsOnce() throws Exception {
    long seed = random.nextLong();
    Random dice = new Random(seed);
    Map<String, Long> called = new HashMap<>();
    start();
    for (int step = 0; step < 300; step++) {
      for (int i = dice.nextInt(5); i > 0; i--) {
        String pod = "pod-" + dice.nextInt(9);
        call(pod);
        called.merge(pod, 1L, Long::sum);
      }
      server.answer = dice.nextBoolean() ? Answer.KEPT : Answer.FAILED;
      server.keepsWhatItDoesNotAnswer = dice.nextBoolean();
      state.advance(Duration.ofMillis(dice.nextInt(40_000)));
      if (dice.nextInt(20) == 0) {
        restart();
      }
    }
    server.answer = Answer.KEPT;
    state.advance(Duration.ofMinutes(5));
    assertThat(server.kept).as("seed %d", seed).isEqualTo(called);
  }

  /** Keeps each batch once, as the contract says. */
  private final class FakeServer implements EvidenceServer {
    private final List<ReportEvidenceRequest> sent = new ArrayList<>();
    private final Map<String, Long> kept = new HashMap<>();
    private final Map<String, Boolean> names = new HashMap<>();
    private @Nullable Answer answer = Answer.KEPT;
    private boolean keepsWhatItDoesNotAnswer;
    private Consumer<Answer> waiting = _ -> {};

    @Override
    public void report(ReportEvidenceRequest batch, Consumer<Answer> reply) {
      sent.add(batch);
      Answer now = answer;
      if (now == Answer.KEPT || (now == Answer.FAILED && keepsWhatItDoesNotAnswer)) {
        keep(batch);
      }
      if (now == null) {
        waiting = reply;
      } else {
        state.execute(() -> reply.accept(now));
      }
    }

    private void keep(ReportEvidenceRequest batch) {
      if (names.put(batch.getBatch(), true) == null) {
        batch
            .getEvidenceList()
            .forEach(one -> kept.merge(one.getPodUid(), one.getCalls(), Long::sum));
      }
    }

    void answerLate(Answer late) {
      answer = late;
      waiting.accept(late);
    }
  }
}
