package io.iambridge.sandbox.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Looks into everything that was logged or reported since the build began: at trace level by the
 * tests' own process, at debug level by programs that tests started. Runs after all other tests.
 */
class SecretsInLogsIT {
  private static final Path SECRETS = Path.of(System.getProperty(IssuedSecrets.PROPERTY));
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
    assertThat(secrets).as("the stand-ins have noted what they issued").hasSizeGreaterThan(100);
    assertThat(bytes).as("the tests have logged").isGreaterThan(100_000);
    assertThat(found).as("lines that show a secret").isEmpty();
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
