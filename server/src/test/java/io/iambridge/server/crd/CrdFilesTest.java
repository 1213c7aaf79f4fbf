package io.iambridge.server.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart's definitions are those of our types; {@code -Diambridge.golden=write} writes them. */
class CrdFilesTest {
  private static final Path FILES = Path.of("..", "charts", "iambridge", "crds");

  @ParameterizedTest
  @ValueSource(classes = {Evidence.class})
  void theFileIsWhatTheTypesSay(Class<? extends CustomResource<?, ?>> type, @TempDir Path directory)
      throws Exception {
    new CRDGenerator()
        .customResourceClasses(type)
        .forCRDVersions("v1")
        .inOutputDir(directory.toFile())
        .generate();
    String name = CustomResource.getCRDName(type) + ".yaml";
    String generated =
        Files.readString(directory.resolve(CustomResource.getCRDName(type) + "-v1.yml"));
    if ("write".equals(System.getProperty("iambridge.golden"))) {
      Files.createDirectories(FILES);
      Files.writeString(FILES.resolve(name), generated);
    }
    assertThat(FILES.resolve(name)).hasContent(generated);
  }
}
