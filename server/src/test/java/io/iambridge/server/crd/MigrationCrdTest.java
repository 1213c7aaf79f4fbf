package io.iambridge.server.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationCrdTest {
  private static final List<String> ORDER =
      List.of("Mode", "Workloads", "Callers", "Ready", "Fallbacks", "Next", "Age");

  private static final String FILE = "migrations.iambridge.io.yaml";

  /** {@code -Diambridge.golden=write} writes it. */
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
    generated = inOrder(generated);
    Path committed = Path.of("../charts/iambridge/crds", FILE);
    if ("write".equals(System.getProperty("iambridge.golden"))) {
      Files.writeString(committed, generated);
    }
    assertThat(Files.readString(committed)).isEqualTo(generated);
  }

  /** The generator sorts columns by their paths; kubectl shows them in the file's order. */
  private static String inOrder(String yaml) {
    int begin = yaml.indexOf("    - jsonPath:");
    int end = yaml.indexOf("    name: \"v1alpha1\"");
    List<String> columns = Arrays.asList(yaml.substring(begin, end).split("(?=    - jsonPath:)"));
    columns.sort(Comparator.comparingInt(MigrationCrdTest::place));
    return yaml.substring(0, begin) + String.join("", columns) + yaml.substring(end);
  }

  private static int place(String column) {
    for (int i = 0; i < ORDER.size(); i++) {
      if (column.contains("name: \"" + ORDER.get(i) + "\"")) {
        return i;
      }
    }
    throw new AssertionError(column);
  }
}
