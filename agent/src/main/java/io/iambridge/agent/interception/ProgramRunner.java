package io.iambridge.agent.interception;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs programs as processes.
 *
 * @param deadline how long one may take; then it is killed
 */
record ProgramRunner(Duration deadline) implements Programs {
  /**
   * Longer than iptables waits for its lock, and than it takes to list a hundred thousand rules
   * (20,000 took iptables-nft 2.4 s).
   */
  static final Duration DEADLINE = Duration.ofSeconds(30);

  /** What a killed program's children may still hold open. */
  private static final Duration AFTER_THE_END = Duration.ofSeconds(1);

  /** Longer lines are cut: no rule is so long. */
  private static final int MAX_LINE = 8 * 1024;

  private static final int MAX_MESSAGE = 1_000;

  /**
   * Programs need to be found and to find their modules, and nothing else of what the agent has.
   */
  private static final Set<String> ENVIRONMENT =
      Set.of("PATH", "LD_LIBRARY_PATH", "XTABLES_LIBDIR");

  @Override
  public Outcome run(List<String> command, Consumer<String> output) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().retainAll(ENVIRONMENT);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Outcome.NotRun(String.valueOf(e.getMessage()));
    }
    return outcome(process, command.getFirst(), output);
  }

  private Outcome outcome(Process process, String program, Consumer<String> output) {
    StringBuilder message = new StringBuilder();
    Thread out = reader(process.getInputStream(), output);
    Thread err =
        reader(
            process.getErrorStream(),
            line -> message.append(message.length() < MAX_MESSAGE ? line + "\n" : ""));
    try {
      process.getOutputStream().close();
      if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Outcome.Ended(
            program + " did not end within " + deadline.toSeconds() + " s and was killed");
      }
      // A child of it could keep the pipes open for ever.
      if (!out.join(AFTER_THE_END) || !err.join(AFTER_THE_END)) {
        return new Outcome.Ended(program + " ended, but its output does not");
      }
      return new Outcome.Exited(process.exitValue(), message.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new Outcome.Ended(program + " was interrupted");
    } catch (IOException e) {
      return new Outcome.Ended(program + ": " + e.getMessage());
    } finally {
      process.destroyForcibly();
    }
  }

  private static Thread reader(InputStream from, Consumer<String> lines) {
    return Thread.startVirtualThread(() -> read(from, lines));
  }

  private static void read(InputStream from, Consumer<String> lines) {
    try (Reader reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      StringBuilder line = new StringBuilder();
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        if (c != '\n') {
          if (line.length() < MAX_LINE) {
            line.append((char) c);
          }
          continue;
        }
        lines.accept(line.toString());
        line.setLength(0);
      }
      if (!line.isEmpty()) {
        lines.accept(line.toString());
      }
    } catch (IOException _) {
      // It was killed; nobody waits for its lines any more.
    }
  }
}
