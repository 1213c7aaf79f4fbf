package io.iambridge.sandbox.lab;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The packaged agent as a process, for tests that kill it. */
final class AgentProcess {
  static final Path JAR = Path.of("../agent/target/iambridge-agent.jar");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TIMEOUT_MILLIS = 2_000;

  private final Process process;
  private final Path log;

  private AgentProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it at its most verbose: SecretsInLogsIT reads what it logs. */
  static AgentProcess start(List<String> flags) throws IOException {
    List<String> verbose = new ArrayList<>(flags);
    verbose.add("--level=debug");
    Path log = Files.createTempFile(LabNode.reports(), "agent-", ".log");
    return new AgentProcess(
        new ProcessBuilder(command(verbose))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start(),
        log);
  }

  static List<String> command(List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-jar",
                JAR.toString()));
    command.addAll(arguments);
    return command;
  }

  /** Waits until the agent says of itself that it is ready. */
  AgentProcess awaitReady(int adminPort) {
    await("the agent is ready; see " + log)
        .atMost(PATIENCE)
        .until(() -> !process.isAlive() || isReady(adminPort));
    if (!process.isAlive()) {
      throw new IllegalStateException("the agent ended:\n" + log());
    }
    return this;
  }

  private static boolean isReady(int adminPort) {
    try {
      HttpURLConnection probe =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + adminPort + "/readyz").toURL().openConnection();
      probe.setConnectTimeout(TIMEOUT_MILLIS);
      probe.setReadTimeout(TIMEOUT_MILLIS);
      return probe.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** SIGKILL: nothing of the agent's own runs any more. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM, and the end that follows. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE)) {
      throw new IllegalStateException("the agent did not stop:\n" + log());
    }
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
