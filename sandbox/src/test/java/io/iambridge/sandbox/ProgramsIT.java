package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packaged programs as processes: help, wrong flags, kiam's command lines, signals. */
final class ProgramsIT {
  private static final String KIAMS_WAY = "--agent-auth=shared-certificate";

  private Programs programs;

  @BeforeEach
  void open() throws IOException {
    programs = new Programs();
  }

  @AfterEach
  void endOurs() {
    programs.close();
  }

  @Test
  void helpNamesEveryFlagAndExitsWith0() throws Exception {
    Programs.Result agent = programs.run(Programs.AGENT, "--help");
    assertThat(agent.status()).isZero();
    assertThat(agent.output()).contains("--server-address", "--unknown-caller-wait", "iptables");
    Programs.Result server = programs.run(Programs.SERVER, "--help");
    assertThat(server.status()).isZero();
    assertThat(server.output()).contains("--role-base-arn", "--session-duration", "--fetchers");
  }

  @Test
  void anUnknownFlagFailsWithASuggestion() throws Exception {
    Programs.Result agent =
        programs.run(Programs.AGENT, "--server-adress=x:1", "--cert=a", "--key=a", "--ca=a");
    assertThat(agent.status()).isEqualTo(2);
    assertThat(agent.output()).contains("'--server-adress=x:1'").contains("--server-address");
  }

  @Test
  void aMissingCertificateIsOneLine() throws Exception {
    Programs.Result agent =
        programs.run(
            Programs.AGENT, "--cert=/nowhere.pem", "--key=/nowhere.pem", "--ca=/nowhere.pem");
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
      Programs.Result agent = programs.run(Programs.AGENT, flags.toArray(String[]::new));
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
      int serverPort = Programs.freePort();
      int agentPort = Programs.freePort();
      Path serverLog = programs.logs().resolve("server.log");
      Path agentLog = programs.logs().resolve("agent.log");
      Process server = programs.start(Programs.SERVER, serverLog, kiamServer(sandbox, serverPort));
      Process agent =
          programs.start(Programs.AGENT, agentLog, kiamAgent(sandbox, agentPort, serverPort));
      PodClient pod =
          new PodClient(
              InetAddress.ofLiteral("127.0.0.15"),
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), agentPort));
      await()
          .atMost(Programs.PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() ->
              assertThat(pod.roles(Optional.empty()).status())
                  .as(() -> Programs.text(serverLog) + Programs.text(agentLog))
                  .isEqualTo(404));
      // Its own timeout is short for a JVM that starts on a busy machine.
      await()
          .atMost(Programs.PATIENCE)
          .until(() ->
              programs
                      .run(Programs.SERVER, kiamHealth(sandbox, serverPort).toArray(String[]::new))
                      .status()
                  == 0);
      assertThat(Programs.text(agentLog)).contains("--prometheus-sync-interval has no effect");
      assertThat(Programs.text(serverLog)).contains("--fetchers has no effect");
      for (Process process : List.of(agent, server)) {
        Programs.assertEndsBySigterm(process);
      }
    }
  }

  @Test
  void theAgentCarriesNoClientOfKubernetesOrAwsAndOneNetty() throws IOException {
    try (Stream<Path> lib = Files.list(Programs.AGENT.resolveSibling("lib"))) {
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
                "--state-dir=" + programs.logs().resolve("state")));
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
