package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.matrix.InstalledClients;
import io.iambridge.sandbox.matrix.MatrixPage;
import io.iambridge.sandbox.matrix.Outcome;
import io.iambridge.sandbox.matrix.SdkClient;
import io.iambridge.sandbox.matrix.TrackedPage;
import io.iambridge.sandbox.matrix.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real SDKs, unmodified, in pods: what they get, and what they ask for it, which is written to
 * target/lab/sdk-matrix.md and, when it is whole, docs/sdk-matrix.md. One after the other, so that
 * what the agent counts is theirs.
 */
final class SdkMatrixLabIT {
  private static final Path LIST = Path.of("lab/clients/clients.list");
  private static final Path INSTALLED = Path.of("target/clients");
  private static final Path PAGE = Path.of("../docs/sdk-matrix.md");

  private static final List<Outcome> OUTCOMES = new ArrayList<>();
  private static int passed;
  private static MatrixNode node;

  @TempDir private static Path directory;

  @BeforeAll
  static void start() throws IOException {
    node = MatrixNode.start(directory);
  }

  private static InstalledClients clients() throws IOException {
    return InstalledClients.read(LIST, INSTALLED);
  }

  static List<Arguments> everyClientOnItsWays() throws IOException {
    List<Arguments> runs = new ArrayList<>();
    for (SdkClient client : clients().present()) {
      client.ways().forEach(way -> runs.add(Arguments.of(client, way)));
    }
    return runs;
  }

  @ParameterizedTest(name = "{0} by {1}")
  @MethodSource("everyClientOnItsWays")
  void aClientGetsTheRoleOfItsOwnPod(SdkClient client, Way way) throws Exception {
    Outcome outcome = node.run(client, way, clients().program(client));
    OUTCOMES.add(outcome);

    assertThat(outcome.said().error()).isEmpty();
    assertThat(outcome.said().arn()).hasValue(outcome.expected());
    assertThat(outcome.said().name()).isEqualTo(client.name());
    assertThat(outcome.said().version()).isEqualTo(client.version());
    assertThat(outcome.sent().counts().keySet())
        .as("what was asked, and answered with 200")
        .isEqualTo(expectedRequests(way));
    assertThat(outcome.sent().version()).isEqualTo(expectedVersion(way));
    passed++;
  }

  /** No less either: a client with credentials from elsewhere would not have asked for them. */
  private static Set<String> expectedRequests(Way way) {
    return switch (way) {
      case IMDS_V1 -> Set.of("role_list", "credentials");
      case IMDS_V2 -> Set.of("token", "role_list", "credentials");
      case POD_IDENTITY -> Set.of("pod_identity");
    };
  }

  private static String expectedVersion(Way way) {
    return switch (way) {
      case IMDS_V1 -> "v1";
      case IMDS_V2 -> "v2";
      case POD_IDENTITY -> "–";
    };
  }

  @Test
  void everyRequiredClientIsInstalled() throws IOException {
    assertThat(clients().missing())
        .as("by sandbox/lab/clients/install")
        .noneSatisfy((client, _) -> assertThat(client.required()).isTrue());
  }

  @AfterAll
  static void writeThePage() throws IOException {
    try (MatrixNode _ = node) {
      if (OUTCOMES.isEmpty()) {
        return; // Nothing ran, so there is nothing to tell.
      }
      LocalDate today = LocalDate.ofInstant(InstantSource.system().instant(), ZoneOffset.UTC);
      String page = MatrixPage.of(today, OUTCOMES, clients().missing());
      Files.writeString(LabNode.reports().resolve("sdk-matrix.md"), page);
      if (isWhole()) {
        TrackedPage.update(PAGE, page);
      }
    }
  }

  /** Nothing was left out or failed, so that people may rely on the page. */
  private static boolean isWhole() throws IOException {
    return passed == everyClientOnItsWays().size()
        && clients().missing().keySet().stream().noneMatch(SdkClient::required);
  }
}
