package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packaged quickstart as a process: what it prints, wrong flags, its own check. */
final class QuickstartIT {
  private Programs programs;

  @BeforeEach
  void start() throws IOException {
    programs = new Programs();
  }

  @AfterEach
  void endOurs() {
    programs.close();
  }

  @Test
  void quickstartNamesTheTakenPortAndItsFlagAndChecksItself() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Programs.Result clash =
          programs.run(Programs.QUICKSTART, "--agent-port=" + taken.getLocalPort());
      assertThat(clash.status()).isEqualTo(1);
      assertThat(clash.output())
          .hasLineCount(1)
          .contains("port " + taken.getLocalPort() + " is taken", "--agent-port")
          .doesNotContain("\tat ");
    }
    Programs.Result check = programs.run(Programs.QUICKSTART, "--check");
    assertThat(check.output()).contains(" passed, 0 failed");
    assertThat(check.status()).isZero();
  }

  @Test
  void whatQuickstartPrintsCanBeCopiedAndWorks() throws Exception {
    Path log = programs.logs().resolve("quickstart.log");
    Process quickstart = startQuickstart(log);
    String printed = Programs.text(log);
    List<String> lines =
        printed
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("curl ") || line.startsWith("TOKEN=$(curl "))
            .toList();
    assertThat(lines).as(printed).hasSizeGreaterThanOrEqualTo(10);
    Path script = programs.logs().resolve("copied.sh");
    // Where the pods are answered by the next request, the reader asks again; so does the loop.
    Files.writeString(
        script,
        "set -eu\ncurl() { command curl -sSf \"$@\"; }\n"
            + lines.stream().map(QuickstartIT::copied).collect(Collectors.joining("\n")));
    // No log: it shows what a pod is given, credentials and all.
    Path output = Files.createTempFile("iambridge-copied-", ".txt");
    output.toFile().deleteOnExit();
    Process bash =
        programs.ending(
            new ProcessBuilder("bash", script.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start());

    assertThat(bash.waitFor(Programs.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(bash.exitValue()).as(() -> Programs.text(output)).isZero();
    assertThat(Programs.text(output))
        .contains("\ncart\n", "\"AccessKeyId\"", "iambridge_agent_requests");
    Programs.assertEndsBySigterm(quickstart);
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
    Map<String, String> environment = Map.of("PATH", programs.logs().toString());
    for (int tries = 1; ; tries++) {
      List<String> flags = new ArrayList<>(List.of("--level=debug"));
      for (String flag :
          List.of("agent", "agent-admin", "kubernetes", "sts", "server", "server-admin")) {
        flags.add("--" + flag + "-port=" + Programs.freePort());
      }
      Process quickstart = programs.start(Programs.QUICKSTART, log, flags, environment);
      await()
          .atMost(Programs.PATIENCE)
          .until(() -> !quickstart.isAlive() || Programs.text(log).contains("until Ctrl-C"));
      if (quickstart.isAlive()) {
        return quickstart;
      }
      assertThat(tries).as(Programs.text(log)).isLessThan(3);
    }
  }
}
