package io.iambridge.sandbox.walk;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Our CustomResourceDefinitions, put into the API as {@code kubectl apply -f} does: from them it
 * knows the columns of {@code kubectl get migrations}. It serves the kinds without them, too.
 */
final class Definitions {
  private static final Path CHART = Path.of("charts", "iambridge", "crds");

  private Definitions() {}

  static void install(KubernetesClient client) {
    for (Path file : files()) {
      try (InputStream definition = Files.newInputStream(file)) {
        client.load(definition).create();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The quickstart runs in the repository's root, tests run in their module. */
  private static List<Path> files() {
    Optional<Path> folder =
        Stream.of(CHART, Path.of("..").resolve(CHART)).filter(Files::isDirectory).findFirst();
    if (folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.get())) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
