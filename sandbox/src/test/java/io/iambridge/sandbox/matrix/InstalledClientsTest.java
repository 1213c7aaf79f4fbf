package io.iambridge.sandbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InstalledClientsTest {
  @TempDir private Path folder;

  @Test
  void aClientIsPresentWithItsProgramAndElseMissingWithItsReason() throws IOException {
    Path list = folder.resolve("list");
    Files.writeString(
        list,
        """
        one   | A | 1 | npm a | imds-v1 | required
        two   | A | 2 | npm a | imds-v2 | required
        three | A | 3 | npm a | imds-v2 | optional
        """);
    Path program = Files.createDirectories(folder.resolve("one")).resolve("run");
    assertThat(Files.createFile(program).toFile().setExecutable(true)).isTrue();
    Files.writeString(
        Files.createDirectories(folder.resolve("two")).resolve("failed"), "no such package\n");
    InstalledClients clients = InstalledClients.read(list, folder);

    assertThat(clients.present()).extracting(SdkClient::id).containsExactly("one");
    assertThat(clients.program(clients.present().getFirst())).isEqualTo(program);
    assertThat(clients.missing().values())
        .containsExactly("no such package", "sandbox/lab/clients/install has not been run");
  }
}
