package io.iambridge.sandbox.walk;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.SandboxPorts;
import io.iambridge.server.targets.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/migration.md shows what really comes out, and tells of every finding. */
final class MigrationPageTest {
  private static final Path FILE = Path.of("../docs/migration.md");

  @Test
  void itsOutputsAreThoseOfTheSandbox() throws Exception {
    MarkedPage page = MarkedPage.read(FILE);
    Map<String, String> outputs;
    try (Sandbox sandbox = Sandbox.start(SandboxPorts.FREE)) {
      Moving.create(sandbox);
      outputs = new Outputs(sandbox).all();
    }
    if ("write".equals(System.getProperty("iambridge.golden"))) {
      Files.writeString(FILE, page.with(outputs).text());
    }
    assertThat(MarkedPage.read(FILE).outputs()).isEqualTo(outputs);
  }

  @Test
  void everyFindingIsTold() throws IOException {
    String page = Files.readString(FILE);
    for (Finding finding : Finding.values()) {
      assertThat(page).contains("| `" + finding.word() + "` |");
    }
  }
}
