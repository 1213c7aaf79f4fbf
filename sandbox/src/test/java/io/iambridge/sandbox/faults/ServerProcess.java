package io.iambridge.sandbox.faults;

import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.server.ServerMain;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server as a process, that can be killed and started again at the same address. */
final class ServerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int TIMEOUT_MILLIS = 2_000;

  private final List<String> flags;
  private final AccessKey key;
  private final int adminPort;
  private final Path log;
  private @Nullable Process process;

  /**
   * One that does not run yet.
   *
   * @param flags of which the last of a name counts
   * @param key who it is to AWS
   * @param adminPort one of its flags
   */
  ServerProcess(List<String> flags, AccessKey key, int adminPort, Path log) {
    this.flags = List.copyOf(flags);
    this.key = key;
    this.adminPort = adminPort;
    this.log = log;
  }

  /** Starts it, without waiting until it is ready. */
  ServerProcess start() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ServerMain.class.getName()));
    command.addAll(flags);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().put("AWS_REGION", Sandbox.REGION);
    builder.environment().put("AWS_ACCESS_KEY_ID", key.id());
    builder.environment().put("AWS_SECRET_ACCESS_KEY", key.secret());
    process = builder.start();
    return this;
  }

  /** Waits until it says that it is ready. */
  void awaitReady() {
    await("the server is ready; see " + log)
        .atMost(PATIENCE)
        .until(() -> !isAlive() || get("/readyz").startsWith("200"));
    if (!isAlive()) {
      throw new IllegalStateException("the server ended; see " + log);
    }
  }

  private boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Whether an agent watches its callers here. */
  boolean isInUse() {
    return isAlive()
        && get("/metrics")
            .lines()
            .anyMatch(line -> line.matches("iambridge_server_agents_connected [1-9].*"));
  }

  private String get(String path) {
    try {
      HttpURLConnection probe =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + adminPort + path).toURL().openConnection();
      probe.setConnectTimeout(TIMEOUT_MILLIS);
      probe.setReadTimeout(TIMEOUT_MILLIS);
      int status = probe.getResponseCode();
      try (var body = status < 400 ? probe.getInputStream() : probe.getErrorStream()) {
        return status + "\n" + new String(body.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      return "no answer: " + e.getMessage();
    }
  }

  /** SIGKILL: nothing of its own runs any more. */
  void kill() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  /** SIGTERM, and the end that follows. */
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(PATIENCE)) {
        throw new IllegalStateException("the server did not stop; see " + log);
      }
    }
  }

  @Override
  public void close() {
    kill();
  }

  static Path newLog(String name) throws IOException {
    return Files.createTempFile(Files.createDirectories(Path.of("target/lab")), name + "-", ".log");
  }
}
