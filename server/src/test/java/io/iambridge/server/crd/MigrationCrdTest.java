package io.iambridge.server.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationCrdTest {
  private static final String FILE = "migrations.iambridge.io.yaml";

  /** Where it differs, the new text is beside the build's output, to be copied. */
  @Test
  void definitionIsTheOneOfTheTypes(@TempDir Path dir) throws IOException {
    var _ =
        new CRDGenerator()
            .customResourceClasses(Migration.class)
            .forCRDVersions("v1")
            .inOutputDir(dir.toFile())
            .generate();
    String generated;
    try (var files = Files.list(dir)) {
      generated = Files.readString(files.findFirst().orElseThrow());
    }
    Path committed = Path.of("../charts/iambridge/crds", FILE);
    Path proposal = Files.createDirectories(Path.of("target")).resolve(FILE);
    Files.writeString(proposal, generated);

    assertThat(committed).as("copy %s there", proposal).exists();
    assertThat(Files.readString(committed)).as("copy %s there", proposal).isEqualTo(generated);
  }
}
