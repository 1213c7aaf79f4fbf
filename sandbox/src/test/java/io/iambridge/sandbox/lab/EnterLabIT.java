package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code sandbox/lab/enter} takes everything with it, however it ends: a lab within this one. */
final class EnterLabIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Path PROCESSES = Path.of("/proc");

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(Process::destroyForcibly);
  }

  /** Runs it with a script, which has to print its network namespace first. */
  private Process enter(String script) throws IOException {
    Process process =
        new ProcessBuilder("lab/enter", "bash", "-c", script)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    started.add(process);
    return process;
  }

  private static String firstLine(Process process) throws IOException {
    BufferedReader output = process.inputReader();
    String network = output.readLine();
    assertThat(network).startsWith("net:[").isNotEqualTo(network(PROCESSES.resolve("self")));
    assertThat(membersOf(network)).isNotEmpty();
    return network;
  }

  /**
   * The processes that are in a network namespace. One that is dead is in none, also where nobody
   * asks for its status, as this process does not for orphans.
   */
  private static List<Path> membersOf(String network) throws IOException {
    try (Stream<Path> processes = Files.list(PROCESSES)) {
      return processes
          .filter(process -> process.getFileName().toString().matches("[0-9]+"))
          .filter(process -> network.equals(network(process)))
          .toList();
    }
  }

  private static String network(Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("ns/net")).toString();
    } catch (IOException e) {
      return "gone";
    }
  }

  private static void awaitNobodyIn(String network) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(membersOf(network)).isEmpty());
  }

  @Test
  void killedItLeavesNothing() throws Exception {
    Process enter = enter("readlink /proc/self/ns/net; sleep 600 & exec sleep 600");
    String network = firstLine(enter);
    enter.destroyForcibly();

    awaitNobodyIn(network);
  }

  @Test
  void toldToEndItTellsItsCommandAndLeavesNothing() throws Exception {
    Process enter = enter("trap 'exit 7' TERM; sleep 600 & readlink /proc/self/ns/net; wait; wait");
    String network = firstLine(enter);
    enter.destroy();

    assertThat(enter.waitFor(PATIENCE)).isTrue();
    assertThat(enter.exitValue()).isEqualTo(7);
    awaitNobodyIn(network);
  }

  @Test
  void aCommandThatHasNothingToSayAboutItEndsAtOnce() throws Exception {
    Process enter = enter("readlink /proc/self/ns/net; exec sleep 600");
    String network = firstLine(enter);
    enter.destroy();

    assertThat(enter.waitFor(PATIENCE)).isTrue();
    awaitNobodyIn(network);
  }

  @Test
  void aCommandThatDoesNotWantToHearEndsWhenToldAgain() throws Exception {
    Process enter = enter("trap '' TERM; readlink /proc/self/ns/net; exec sleep 600");
    String network = firstLine(enter);

    // Two signals at once are one.
    await()
        .atMost(PATIENCE)
        .until(() -> {
          enter.destroy();
          return !enter.isAlive();
        });
    awaitNobodyIn(network);
  }
}
