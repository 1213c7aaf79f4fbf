package io.iambridge.sandbox.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Looks into everything that was logged or reported since the build began: at trace level by the
 * tests' own process, at debug level by programs that tests started. Runs after all other tests.
 */
class SecretsInLogsIT {
  private static final Path SECRETS = Path.of(System.getProperty(IssuedSecrets.PROPERTY));

  /** Of processes that tests started: the tests' own log is logs/trace-. */
  private static final Pattern PROGRAMS =
      Pattern.compile("target/(logs/programs-[^/]*/(server|agent|quickstart)|lab/(agent|faults)-)");

  /** As text or as JSON. */
  private static final Pattern DEBUG = Pattern.compile("^\\S+ DEBUG |\"level\":\\s*\"DEBUG\"");

  private static final List<Path> WRITTEN =
      Stream.of("logs", "lab", "surefire-reports", "failsafe-reports", "lab-reports")
          .map(Path.of("target")::resolve)
          .toList();

  @Test
  void noSecretThatAStandInIssuedIsInAnyLog() throws Exception {
    List<String> secrets = Files.readAllLines(SECRETS);
    Leaks leaks = new Leaks(secrets);
    Set<String> found = new LinkedHashSet<>();
    List<Path> logs = logs();
    long bytes = 0;
    for (Path log : logs) {
      bytes += Files.size(log);
      found.addAll(leaks.in(log));
    }
    System.out.printf(
        "%,d secrets looked for in %,d files, %,d bytes%n", secrets.size(), logs.size(), bytes);
    assertThat(secrets).as("the stand-ins have noted what they issued").hasSizeGreaterThan(10);
    assertThat(bytes).as("the tests have logged").isGreaterThan(100_000);
    assertThat(found).as("lines that show a secret").isEmpty();
  }

  /**
   * What is logged only at debug level is looked at, too: where programs ran, some line shows it.
   */
  @Test
  void programsLoggedAtDebugLevel() throws Exception {
    List<Path> programs =
        logs().stream().filter(log -> PROGRAMS.matcher(log.toString()).find()).toList();
    Assumptions.assumeFalse(programs.isEmpty(), "no program ran");
    assertThat(programs).anyMatch(SecretsInLogsIT::hasDebugLine);
  }

  private static boolean hasDebugLine(Path log) {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> DEBUG.matcher(line).find());
    } catch (IOException e) {
      throw new UncheckedIOException(log.toString(), e);
    }
  }

  private static List<Path> logs() throws IOException {
    List<Path> logs = new ArrayList<>();
    for (Path directory : WRITTEN) {
      if (Files.isDirectory(directory)) {
        try (Stream<Path> files = Files.walk(directory)) {
          files
              .filter(Files::isRegularFile)
              .filter(file -> !file.toAbsolutePath().equals(SECRETS.toAbsolutePath()))
              .forEach(logs::add);
        }
      }
    }
    return logs;
  }
}
