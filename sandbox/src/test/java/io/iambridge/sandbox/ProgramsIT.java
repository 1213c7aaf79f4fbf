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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packaged programs as processes: help, wrong flags, kiam's command lines, signals. */
final class ProgramsIT {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path AGENT = Path.of("../agent/target/iambridge-agent.jar");
  private static final Path QUICKSTART = Path.of("target/iambridge-sandbox.jar");
  private static final Path SERVER = Path.of("../server/target/iambridge-server.jar");

  private static final String KIAMS_WAY = "--agent-auth=shared-certificate";

  /** Not a temporary folder: SecretsInLogsIT reads them. */
  private Path logs;

  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void makeFolderForLogs() throws IOException {
    logs = Files.createTempDirectory(Files.createDirectories(Path.of("target/logs")), "programs-");
  }

  @AfterEach
  void endOurs() {
    started.forEach(Process::destroyForcibly);
  }

  private record Result(int status, String output) {}

  private Process start(Path jar, Path log, List<String> arguments) throws IOException {
    return start(jar, log, arguments, Map.of());
  }

  private Process start(Path jar, Path log, List<String> arguments, Map<String, String> environment)
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

  /**
   * kiam's own manifests (deploy/ of v4.0), with paths and ports of this test, and the one flag
   * that says that their certificates prove no node.
   */
  @Test
  void kiamsCommandLinesStartOurProgramsWithOneFlagMore() throws Exception {
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
      // Its own timeout is short for a JVM that starts on a busy machine.
      await()
          .atMost(PATIENCE)
          .until(() ->
              run(SERVER, kiamHealth(sandbox, serverPort).toArray(String[]::new)).status() == 0);
      assertThat(text(agentLog)).contains("--prometheus-sync-interval has no effect");
      assertThat(text(serverLog)).contains("--fetchers has no effect");
      for (Process process : List.of(agent, server)) {
        assertEndsBySigterm(process);
      }
    }
  }

  /** 143 is what a JVM says that ends because of SIGTERM, after its shutdown hooks. */
  private static void assertEndsBySigterm(Process process) throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("ends by itself")
        .isTrue();
    assertThat(process.exitValue()).isIn(0, 143);
  }

  @Test
  void quickstartNamesTheTakenPortAndItsFlagAndChecksItself() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Result clash = run(QUICKSTART, "--agent-port=" + taken.getLocalPort());
      assertThat(clash.status()).isEqualTo(1);
      assertThat(clash.output())
          .hasLineCount(1)
          .contains("port " + taken.getLocalPort() + " is taken", "--agent-port")
          .doesNotContain("\tat ");
    }
    Result check = run(QUICKSTART, "--check");
    assertThat(check.output()).contains(" passed, 0 failed");
    assertThat(check.status()).isZero();
  }

  @Test
  void whatQuickstartPrintsCanBeCopiedAndWorks() throws Exception {
    Path log = logs.resolve("quickstart.log");
    Process quickstart = startQuickstart(log);
    String printed = text(log);
    List<String> lines =
        printed
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("curl ") || line.startsWith("TOKEN=$(curl "))
            .toList();
    assertThat(lines).as(printed).hasSizeGreaterThanOrEqualTo(10);
    Path script = logs.resolve("copied.sh");
    // Where the pods are answered by the next request, the reader asks again; so does the loop.
    Files.writeString(
        script,
        "set -eu\ncurl() { command curl -sSf \"$@\"; }\n"
            + lines.stream().map(ProgramsIT::copied).collect(Collectors.joining("\n")));
    // No log: it shows what a pod is given, credentials and all.
    Path output = Files.createTempFile("iambridge-copied-", ".txt");
    output.toFile().deleteOnExit();
    Process bash =
        new ProcessBuilder("bash", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    started.add(bash);
    assertThat(bash.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(bash.exitValue()).as(() -> text(output)).isZero();
    assertThat(text(output)).contains("\ncart\n", "\"AccessKeyId\"", "iambridge_agent_requests");
    assertEndsBySigterm(quickstart);
  }

  private static String copied(String line) {
    return line.contains("--interface 127.0.0.15 ")
        ? "for i in $(seq 100); do r=$("
            + line
            + ") && break || sleep 0.2; done\n"
            + "printf '\\n%s\\n' \"$r\"; test \"$r\" = cart"
        : line;
  }

  /** On ports that were free a moment ago, and again on others when one is not any more. */
  private Process startQuickstart(Path log) throws Exception {
    // Without kubectl, so that all that is printed is for curl.
    Map<String, String> environment = Map.of("PATH", logs.toString());
    for (int tries = 1; ; tries++) {
      List<String> flags = new ArrayList<>(List.of("--level=debug"));
      for (String flag :
          List.of("agent", "agent-admin", "kubernetes", "sts", "server", "server-admin")) {
        flags.add("--" + flag + "-port=" + freePort());
      }
      Process quickstart = start(QUICKSTART, log, flags, environment);
      await()
          .atMost(PATIENCE)
          .until(() -> !quickstart.isAlive() || text(log).contains("until Ctrl-C"));
      if (quickstart.isAlive()) {
        return quickstart;
      }
      assertThat(tries).as(text(log)).isLessThan(3);
    }
  }

  @Test
  void theAgentCarriesNoClientOfKubernetesOrAwsAndOneNetty() throws IOException {
    try (Stream<Path> lib = Files.list(AGENT.resolveSibling("lib"))) {
      assertThat(lib.map(jar -> jar.getFileName().toString()))
          .isNotEmpty()
          .anyMatch(jar -> jar.matches("netty-common-4\\.2\\..*"))
          .noneMatch(jar -> jar.matches("netty-(?!tcnative).*-4\\.1\\..*"))
          .noneMatch(jar -> jar.startsWith("kubernetes-") || jar.contains("awssdk"))
          .noneMatch(jar -> jar.matches("(sts|sdk-core|aws-core|auth|regions)-2\\..*"));
    }
  }

  private static List<String> ownCertificate(List<String> flags) {
    return flags.stream().filter(flag -> flag.matches("--(cert|key)=.*")).toList();
  }

  private static List<String> kiamServer(Sandbox sandbox, int port) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "server",
                "--json-log",
                // warn in kiam's; SecretsInLogsIT reads what they log.
                "--level=debug",
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
    flags.addAll(ownCertificate(sandbox.serverFlags()));
    flags.add("--ca=" + sandbox.authority().caFile());
    flags.add(KIAMS_WAY);
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
                // warn in kiam's; SecretsInLogsIT reads what they log.
                "--level=debug",
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
    flags.addAll(sandbox.sharedCertificateFlags());
    flags.add(KIAMS_WAY);
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
    flags.addAll(sandbox.sharedCertificateFlags());
    return flags;
  }
}
