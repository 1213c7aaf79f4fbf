package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged programs as processes: help, wrong flags, kiam's command lines, signals. */
final class ProgramsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path AGENT = Path.of("../agent/target/iambridge-agent.jar");
  private static final Path SERVER = Path.of("../server/target/iambridge-server.jar");

  @TempDir Path logs;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endOurs() {
    started.forEach(Process::destroyForcibly);
  }

  private record Result(int status, String output) {}

  private Process start(Path jar, Path log, List<String> arguments) throws IOException {
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
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Result run(Path jar, String... arguments) throws Exception {
    Path log = Files.createTempFile(logs, "run", ".log");
    Process process = start(jar, log, List.of(arguments));
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), text(log));
  }

  private static String text(Path log) {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void helpNamesEveryFlagAndExitsWith0() throws Exception {
    Result agent = run(AGENT, "--help");
    assertThat(agent.status()).isZero();
    assertThat(agent.output()).contains("--server-address", "--unknown-caller-wait", "iptables");
    Result server = run(SERVER, "--help");
    assertThat(server.status()).isZero();
    assertThat(server.output()).contains("--role-base-arn", "--session-duration", "--fetchers");
  }

  @Test
  void anUnknownFlagFailsWithASuggestion() throws Exception {
    Result agent = run(AGENT, "--server-adress=x:1", "--cert=a", "--key=a", "--ca=a");
    assertThat(agent.status()).isEqualTo(2);
    assertThat(agent.output()).contains("'--server-adress=x:1'").contains("--server-address");
  }

  @Test
  void aMissingCertificateIsOneLine() throws Exception {
    Result agent = run(AGENT, "--cert=/nowhere.pem", "--key=/nowhere.pem", "--ca=/nowhere.pem");
    assertThat(agent.status()).isEqualTo(1);
    assertThat(agent.output())
        .contains("--cert /nowhere.pem: does not exist or cannot be read")
        .doesNotContain("\tat ");
  }

  @Test
  void aTakenPortIsOneLineThatNamesPortAndFlag() throws Exception {
    try (Sandbox sandbox = Sandbox.start(SandboxPorts.FREE)) {
      List<String> flags = new ArrayList<>(sandbox.agentFlags());
      flags.removeIf(flag -> flag.startsWith("--port="));
      flags.add("--port=" + sandbox.agent().port());
      Result agent = run(AGENT, flags.toArray(String[]::new));
      assertThat(agent.status()).isEqualTo(1);
      assertThat(agent.output())
          .contains("cannot listen on 127.0.0.1:" + sandbox.agent().port())
          .contains("--port")
          .doesNotContain("\tat ");
    }
  }

  /** kiam's own manifests (deploy/ of v4.0), with paths and ports of this test. */
  @Test
  void kiamsCommandLinesStartOurProgramsUnchanged() throws Exception {
    try (Sandbox sandbox = Sandbox.start(SandboxPorts.FREE)) {
      DemoCluster.create(sandbox);
      int serverPort = freePort();
      int agentPort = freePort();
      Path serverLog = logs.resolve("server.log");
      Path agentLog = logs.resolve("agent.log");
      Process server = start(SERVER, serverLog, kiamServer(sandbox, serverPort));
      Process agent = start(AGENT, agentLog, kiamAgent(sandbox, agentPort, serverPort));
      PodClient pod =
          new PodClient(
              InetAddress.ofLiteral("127.0.0.15"),
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), agentPort));
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() ->
              assertThat(pod.roles(Optional.empty()).status())
                  .as(() -> text(serverLog) + text(agentLog))
                  .isEqualTo(404));
      assertThat(run(SERVER, kiamHealth(sandbox, serverPort).toArray(String[]::new)).status())
          .isZero();
      assertThat(text(agentLog)).contains("--prometheus-sync-interval has no effect");
      assertThat(text(serverLog)).contains("--fetchers has no effect");
      for (Process process : List.of(agent, server)) {
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static List<String> tls(List<String> flags) {
    return flags.stream().filter(flag -> flag.matches("--(cert|key|ca)=.*")).toList();
  }

  private static List<String> kiamServer(Sandbox sandbox, int port) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "server",
                "--json-log",
                "--level=warn",
                "--bind=127.0.0.1:" + port,
                "--role-base-arn=arn:aws:iam::123456789012:role/",
                "--sync=1m",
                "--fetchers=8",
                "--prefetch-buffer-size=1000",
                "--session=kiam",
                "--session-duration=60m",
                "--session-refresh=5m",
                "--region=eu-west-1",
                "--prometheus-listen-addr=127.0.0.1:0",
                "--prometheus-sync-interval=5s",
                "--kubeconfig=" + sandbox.kubeconfig(),
                "--grpc-keepalive-time-duration=10s",
                "--grpc-keepalive-timeout-duration=2s",
                "--grpc-max-connection-idle-duration=15m",
                "--grpc-max-connection-age-duration=15m",
                "--grpc-max-connection-age-grace-duration=15m"));
    flags.addAll(tls(sandbox.serverFlags()));
    return flags;
  }

  private List<String> kiamAgent(Sandbox sandbox, int port, int serverPort) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "agent",
                "--no-iptables",
                "--host-interface=cali+",
                "--json-log",
                "--level=warn",
                "--port=" + port,
                "--host=127.0.0.1",
                "--allow-route-regexp=^$",
                "--server-address=127.0.0.1:" + serverPort,
                "--server-address-refresh=0s",
                "--gateway-timeout-creation=1s",
                "--prometheus-listen-addr=127.0.0.1:0",
                "--prometheus-sync-interval=5s",
                "--node-name=" + Sandbox.NODE,
                "--state-dir=" + logs.resolve("state")));
    flags.addAll(tls(sandbox.agentFlags()));
    return flags;
  }

  private static List<String> kiamHealth(Sandbox sandbox, int serverPort) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "health",
                "--server-address=127.0.0.1:" + serverPort,
                "--server-address-refresh=2s",
                "--gateway-timeout-creation=1s",
                "--timeout=5s"));
    flags.addAll(tls(sandbox.agentFlags()));
    return flags;
  }
}
