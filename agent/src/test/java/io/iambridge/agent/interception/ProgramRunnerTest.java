package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.interception.Programs.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** With programs that every Linux has. */
class ProgramRunnerTest {
  private final Programs patient = new ProgramRunner(Duration.ofSeconds(60));
  private final Programs hasty = new ProgramRunner(Duration.ofMillis(200));
  private final List<String> lines = new CopyOnWriteArrayList<>();

  @Test
  void linesArriveBeforeTheEnd() {
    assertThat(patient.run(List.of("printf", "a b\\nc\\n\\nd"), lines::add))
        .isEqualTo(new Outcome.Exited(0, ""));
    assertThat(lines).containsExactly("a b", "c", "", "d");
  }

  @Test
  void argumentsAreNoShellsBusiness() {
    patient.run(List.of("printf", "%s\\n", "$HOME; `id` * \"x"), lines::add);
    assertThat(lines).containsExactly("$HOME; `id` * \"x");
  }

  @Test
  void failureSaysWhy() {
    Outcome outcome = patient.run(List.of("ls", "--no-such-flag"), lines::add);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Exited.class,
            exited -> {
              assertThat(exited.status()).isNotZero();
              assertThat(exited.message()).contains("no-such-flag");
            });
    assertThat(lines).isEmpty();
  }

  @Test
  void missingProgramIsNotRun() {
    assertThat(patient.run(List.of("no-such-program-anywhere"), lines::add))
        .isInstanceOf(Outcome.NotRun.class);
  }

  @Test
  void whatDoesNotEndIsKilled() {
    assertThat(hasty.run(List.of("sleep", "1000"), lines::add)).isInstanceOf(Outcome.Ended.class);
  }

  @Test
  void endlessOutputIsKilledAndKeptByNobody() {
    AtomicInteger count = new AtomicInteger();
    assertThat(hasty.run(List.of("yes"), _ -> count.incrementAndGet()))
        .isInstanceOf(Outcome.Ended.class);
    assertThat(count).hasPositiveValue();
  }

  @Test
  void oneEndlessLineIsCut() {
    patient.run(List.of("head", "-c", "1000000", "/dev/zero"), lines::add);
    assertThat(lines).singleElement().satisfies(line -> assertThat(line).hasSize(8 * 1024));
  }

  @Test
  void longMessageIsCut() {
    assertThat(patient.run(List.of("ls", "--" + "x".repeat(100_000)), lines::add))
        .isInstanceOfSatisfying(
            Outcome.Exited.class, exited -> assertThat(exited.message()).hasSizeLessThan(20_000));
  }

  @Test
  void environmentIsNotPassedOn() {
    patient.run(List.of("env"), lines::add);
    assertThat(lines).allMatch(line -> line.matches("(PATH|LD_LIBRARY_PATH|XTABLES_LIBDIR)=.*"));
  }

  @Test
  void interruptionEndsItAndIsNotForgotten() {
    Thread.currentThread().interrupt();
    assertThat(patient.run(List.of("sleep", "1000"), lines::add)).isInstanceOf(Outcome.Ended.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
