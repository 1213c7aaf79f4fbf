package io.iambridge.sandbox.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.iambridge.agent.imds.SessionTokens;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * No pod receives credentials of a role that it was not entitled to at that moment.
 *
 * <p>Server and agent know the cluster by news, which may be late, so "at that moment" has to be
 * said exactly. The role or the credentials that an agent answers a pod with, which really runs at
 * the address on that agent's node, are
 *
 * <ol>
 *   <li><b>right</b> when pod, namespace and service account, as the API has them now, give that
 *       session, by the mechanism of the pod's mode or, where that failed and falling back is not
 *       switched off, by that of mode kiam;
 *   <li><b>late</b> when a version of the pod, one of its namespace and one of its service account
 *       give it, none of which the server that the agent watches has been told is over, as far as
 *       the agent has been told by that server: its own entitlement, once. A server that prepares
 *       itself for a namespace's new labels has not been told of them until it is ready, 600 ms at
 *       most;
 *   <li><b>unheard of</b> when they are another pod's, and neither its end at this address nor the
 *       present pod's beginning there is known: not to the server, as before, nor by anything that
 *       this process of the agent heard from any server within the last 60 s;
 *   <li><b>wrong</b> in all other cases, in which are: expired ones, any for a pod of the host's
 *       network, and those got by the mechanism of a mode that is over.
 * </ol>
 *
 * Wrong never happens. Late and unheard of do not happen where everybody is told of a thing before
 * the next happens. Unheard of is what is left to the node itself, which sees that somebody else is
 * behind an address.
 *
 * <p>And when all is told and delivered, and 60 s have passed, every pod gets exactly its due: its
 * credentials, 403, 404 or 503; but a pod that comes back, by another server's word, to an address
 * that another one has had since may be told 503 for an hour. Every request is answered once,
 * within the answer budget.
 *
 * <p>What Kubernetes is taken to guarantee: an address is one pod's at a time; a kubelet tells of a
 * pod as it is, late, and by the second since when it has its network; the versions of one object
 * come in their order.
 */
class CallerModelTest {
  private static final Logger PRODUCT = (Logger) LoggerFactory.getLogger("io.iambridge");
  private static final int STEPS = Integer.getInteger("iambridge.model.steps", 1_000_000);
  private static final int LENGTH = 2_000;
  private static final int SHORT = 300;

  /** Printed with what is found; the same seed gives the same histories, in every build alike. */
  private static final long SEED = Long.getLong("iambridge.model.seed", 20_261_122);

  private final Map<String, Integer> mechanisms = new TreeMap<>();

  @TempDir private static Path directory;
  private static @Nullable SessionTokens tokens;

  @BeforeAll
  static void quiet() {
    PRODUCT.setLevel(Level.OFF);
    tokens = SessionTokens.withKeyIn(directory, new SecureRandom());
  }

  @AfterAll
  static void loudAgain() {
    PRODUCT.setLevel(null);
  }

  @Test
  void nobodyEverGetsWhatIsNotTheirs() throws Exception {
    Map<Oracle.Finding, Integer> found = runAll(STEPS, seed -> Histories.of(seed, LENGTH));
    // The model is not asleep.
    assertThat(found.get(Oracle.Finding.RIGHT)).isGreaterThan(STEPS / 20);
    assertThat(found).containsKeys(Oracle.Finding.LATE, Oracle.Finding.UNHEARD_OF);
    assertThat(mechanisms)
        .containsOnlyKeys(
            "ASSUME_ROLE for ASSUME_ROLE",
            "WEB_IDENTITY for WEB_IDENTITY",
            "ASSUME_ROLE for WEB_IDENTITY",
            "POD_IDENTITY for POD_IDENTITY",
            "ASSUME_ROLE for POD_IDENTITY");
  }

  @Test
  void withoutDelayNobodyGetsAnythingButTheirOwnOfNow() throws Exception {
    assertThat(runAll(STEPS / 10, seed -> Histories.withoutDelay(seed, LENGTH)))
        .containsOnlyKeys(Oracle.Finding.RIGHT);
  }

  @ParameterizedTest
  @EnumSource(
      value = Flaw.class,
      names = {"NONE"},
      mode = EnumSource.Mode.EXCLUDE)
  void aPlantedFlawIsFoundAndExplained(Flaw flaw) {
    Run.Runner runner = new Run.Runner(requireNonNull(tokens), flaw);
    for (long seed = 1; seed < 100; seed++) {
      List<Operation> history = Histories.of(seed, SHORT);
      if (runner.run(history).failure() != null) {
        List<String> lines = runner.explain(history);
        assertThat(lines).hasSizeBetween(4, 30);
        assertThat(lines.getLast()).contains("Violation");
        return;
      }
    }
    throw new AssertionError(flaw + " was not found");
  }

  /** Many histories on all processors; the first that fails is explained. */
  private Map<Oracle.Finding, Integer> runAll(int steps, LongFunction<List<Operation>> histories)
      throws Exception {
    Map<Oracle.Finding, Integer> found = new EnumMap<>(Oracle.Finding.class);
    int questions = 0;
    int heldBack = 0;
    mechanisms.clear();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<Run>> runs =
          LongStream.range(SEED, SEED + steps / LENGTH)
              .mapToObj(seed -> threads.submit(() -> run(seed, histories.apply(seed))))
              .toList();
      for (Future<Run> run : runs) {
        questions += run.get().history().questions();
        heldBack += run.get().history().heldBack();
        run.get()
            .history()
            .findings()
            .forEach((finding, count) -> found.merge(finding, count, Integer::sum));
        run.get()
            .history()
            .mechanisms()
            .forEach((mechanism, count) -> mechanisms.merge(mechanism, count, Integer::sum));
      }
    }
    System.out.printf(
        "seed %d: %d steps, %d questions, answers with a role %s, credentials by %s; %d held back in calm%n",
        SEED, steps, questions, found, mechanisms, heldBack);
    return found;
  }

  private static Run run(long seed, List<Operation> history) {
    Run.Runner runner = new Run.Runner(requireNonNull(tokens), Flaw.NONE);
    Run run = runner.run(history);
    if (run.failure() != null) {
      throw new AssertionError(
          "seed %d (-Diambridge.model.seed=%d):%n%s"
              .formatted(seed, seed, String.join("\n", runner.explain(history))),
          run.failure());
    }
    return run;
  }
}
