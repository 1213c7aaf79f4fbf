package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the packaged programs as processes; ends those that still run when it is closed. */
final class Programs implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final Path AGENT = Path.of("../agent/target/iambridge-agent.jar");
  static final Path QUICKSTART = Path.of("target/iambridge-sandbox.jar");
  static final Path SERVER = Path.of("../server/target/iambridge-server.jar");

  /** Not a temporary folder: SecretsInLogsIT reads them. */
  private final Path logs;

  private final List<Process> started = new ArrayList<>();

  Programs() throws IOException {
    logs = Files.createTempDirectory(Files.createDirectories(Path.of("target/logs")), "programs-");
  }

  /** Where logs are. */
  Path logs() {
    return logs;
  }

  /** How a program ended. */
  record Result(int status, String output) {}

  Process start(Path jar, Path log, List<String> arguments) throws IOException {
    return start(jar, log, arguments, Map.of());
  }

  Process start(Path jar, Path log, List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().put("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "not-a-secret");
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  Result run(Path jar, String... arguments) throws Exception {
    Path log = Files.createTempFile(logs, "run", ".log");
    Process process = start(jar, log, List.of(arguments));
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), text(log));
  }

  static String text(Path log) {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** 143 is what a JVM says that ends because of SIGTERM, after its shutdown hooks. */
  static void assertEndsBySigterm(Process process) throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("ends by itself")
        .isTrue();
    assertThat(process.exitValue()).isIn(0, 143);
  }

  /** Another process that is to be ended. */
  Process ending(Process process) {
    started.add(process);
    return process;
  }

  @Override
  public void close() {
    started.forEach(Process::destroyForcibly);
  }
}
