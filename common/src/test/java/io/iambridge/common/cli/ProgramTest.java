package io.iambridge.common.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

final class ProgramTest {
  @Command(name = "demo")
  static final class Demo implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--session-duration", converter = GoDuration.class)
    private Duration sessionDuration = Duration.ZERO;

    @NoEffect("it is dead in kiam too")
    @Option(names = "--prometheus-sync-interval")
    private String syncInterval = "";

    private RuntimeException trouble = new RuntimeException("none");
    private boolean fails;
    private List<String> warnings = List.of();

    @Override
    public Integer call() {
      warnings = Program.noEffectWarnings(spec.commandLine().getParseResult());
      if (fails) {
        throw trouble;
      }
      return sessionDuration.isZero() && syncInterval.isEmpty() ? 0 : 7;
    }
  }

  private final Demo demo = new Demo();
  private final StringWriter err = new StringWriter();
  private final Program program =
      new Program(demo, "agent").output(new PrintWriter(new StringWriter()), new PrintWriter(err));

  @Test
  void kiamsWordForTheProgramIsSkippedWhenItComesFirst() {
    assertThat(program.run("agent", "--session-duration=15m")).isEqualTo(7);
    assertThat(program.run()).isZero();
    assertThat(program.run("--session-duration=15m", "agent")).isEqualTo(2);
  }

  @Test
  void anUnknownFlagIsOneLineWithASuggestion() {
    assertThat(program.run("--session-duratoin=15m")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("demo: Unknown option: '--session-duratoin=15m'")
        .contains("--session-duration")
        .doesNotContain("\tat ");
  }

  @Test
  void aWrongValueNamesFlagAndValue() {
    assertThat(program.run("--session-duration=soon")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("demo: Invalid value for option '--session-duration'")
        .contains("'soon' is not a duration like 15m");
  }

  @Test
  void whatThePersonCanMendIsOneLine() {
    demo.fails = true;
    demo.trouble = new StartException("cannot listen on :80 (--port): in use");
    assertThat(program.run()).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("demo: cannot listen on :80 (--port): in use\n");
  }

  @Test
  void aBugShowsItsStackTrace() {
    demo.fails = true;
    demo.trouble = new IllegalStateException("bug");
    assertThat(program.run()).isEqualTo(1);
    assertThat(err.toString()).contains("IllegalStateException: bug").contains("\tat ");
  }

  @Test
  void aFlagWithoutEffectSaysWhyButOnlyWhenItIsGiven() {
    assertThat(program.run()).isZero();
    assertThat(demo.warnings).isEmpty();
    assertThat(program.run("--prometheus-sync-interval=5s")).isEqualTo(7);
    assertThat(demo.warnings)
        .containsExactly("--prometheus-sync-interval has no effect: it is dead in kiam too");
  }
}
