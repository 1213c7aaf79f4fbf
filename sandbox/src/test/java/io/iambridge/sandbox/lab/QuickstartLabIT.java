package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sandbox/quickstart --netns} as people use it: in a lab of its own. */
final class QuickstartLabIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Path JAR = Path.of("target/iambridge-sandbox.jar");

  @TempDir Path files;

  private static List<String> quickstart(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "lab/enter",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                "--netns"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The same without what makes the lab. */
  static List<String> outsideOfALab() {
    List<String> bare = new ArrayList<>(quickstart());
    bare.removeFirst();
    return bare;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void checkProvesItself() throws IOException {
    Finished check = Programs.run(quickstart("--check"), Map.of(), "", PATIENCE);

    assertThat(check.output())
        .contains(" passed, 0 failed")
        .contains("nobody came near the node's own credentials");
    assertThat(check.status()).isZero();
  }

  @Test
  void outsideOfALabItSaysWhatToDo() throws IOException {
    try (Lab lab = Lab.setUp()) {
      Finished refused = Programs.run(outsideOfALab(), Map.of(), "", PATIENCE);

      assertThat(lab.node().name()).isEqualTo("host");
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.output()).hasLineCount(1).contains("sandbox/quickstart --netns");
    }
  }

  @Test
  void whatItPrintsCanBeCopiedAndWorksAndSigtermEndsAllOfIt() throws Exception {
    Path log = files.resolve("quickstart.log");
    ProcessBuilder builder = new ProcessBuilder(quickstart());
    // Most likely without kubectl, so that all that is printed is for curl.
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    Process quickstart = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      await()
          .atMost(PATIENCE)
          .until(() -> !quickstart.isAlive() || text(log).contains("until Ctrl-C"));
      List<String> lines =
          text(log)
              .lines()
              .map(String::strip)
              .filter(line -> line.startsWith("nsenter ") || line.startsWith("TOKEN=$(nsenter "))
              // Exits with 3 where something is not ready, as here.
              .filter(line -> !line.contains(" migration status "))
              .toList();
      assertThat(lines).as(text(log)).hasSizeGreaterThanOrEqualTo(11);
      Path script = files.resolve("copied.sh");
      Files.writeString(
          script,
          "set -eu\n"
              + lines.stream().map(QuickstartLabIT::copied).collect(Collectors.joining("\n")));
      Finished copied = Programs.run(List.of("bash", script.toString()), Map.of(), "", PATIENCE);
      assertThat(copied.status()).as(copied.output()).isZero();
      assertThat(copied.output())
          .contains("cart", "\"AccessKeyId\"", "iambridge_agent_requests", "-j DNAT");

      quickstart.destroy();
      assertThat(quickstart.waitFor(PATIENCE)).as("ends by itself").isTrue();
      assertThat(quickstart.exitValue()).isIn(0, 143);
    } finally {
      quickstart.destroyForcibly();
    }
  }

  /** Where the pods are answered by the next request, the reader asks again; so does the loop. */
  private static String copied(String line) {
    String failing = line.replaceFirst("curl ", "curl -sSf ");
    return line.contains("shop.website")
        ? "for i in $(seq 100); do r=$("
            + failing
            + ") && break || sleep 0.2; done\n"
            + "printf '\\n%s\\n' \"$r\"; test \"$r\" = cart"
        : failing;
  }
}
