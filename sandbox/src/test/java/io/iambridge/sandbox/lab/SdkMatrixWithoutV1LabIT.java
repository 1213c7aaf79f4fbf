package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.matrix.InstalledClients;
import io.iambridge.sandbox.matrix.Outcome;
import io.iambridge.sandbox.matrix.SdkClient;
import io.iambridge.sandbox.matrix.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real SDKs where the agent runs with {@code --imds-v1=deny}. */
final class SdkMatrixWithoutV1LabIT {
  private static MatrixNode node;

  @TempDir private static Path directory;

  @BeforeAll
  static void start() throws IOException {
    node = MatrixNode.start(directory, "--imds-v1=deny");
  }

  @AfterAll
  static void stop() {
    // Null when it did not start; that failure is the one to be read.
    if (node != null) {
      node.close();
    }
  }

  static List<SdkClient> clientsOf1() throws IOException {
    return clientsOf(Way.IMDS_V1);
  }

  static List<SdkClient> clientsOf2() throws IOException {
    return clientsOf(Way.IMDS_V2);
  }

  private static List<SdkClient> clientsOf(Way way) throws IOException {
    return clients().present().stream().filter(client -> client.ways().contains(way)).toList();
  }

  private static InstalledClients clients() throws IOException {
    return InstalledClients.read(Path.of("lab/clients/clients.list"), Path.of("target/clients"));
  }

  @ParameterizedTest
  @MethodSource("clientsOf2")
  void aClientOfVersion2GetsTheRoleOfItsOwnPod(SdkClient client) throws Exception {
    Outcome outcome = node.run(client, Way.IMDS_V2, clients().program(client));

    assertThat(outcome.said().arn())
        .as(() -> outcome.said() + " " + outcome.sent().text())
        .hasValue(outcome.expected());
  }

  @ParameterizedTest
  @MethodSource("clientsOf1")
  void aClientOfVersion1GetsNothing(SdkClient client) throws Exception {
    Outcome outcome = node.run(client, Way.IMDS_V1, clients().program(client));

    assertThat(outcome.said().arn()).as(() -> outcome.sent().text()).isEmpty();
    assertThat(outcome.sent().counts()).containsOnlyKeys("role_list 401");
  }
}
