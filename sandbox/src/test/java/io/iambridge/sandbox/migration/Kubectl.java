package io.iambridge.sandbox.migration;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iambridge.sandbox.kubernetes.TokenPermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Applies and deletes the objects of files, and gives the rights that are among them. */
final class Kubectl {
  private final KubernetesClient client;
  private final TokenRights tokens;

  Kubectl(KubernetesClient client, TokenPermissions permissions) {
    this.client = client;
    this.tokens = new TokenRights(permissions);
  }

  void apply(Path file) throws IOException {
    List<HasMetadata> objects = read(file);
    for (HasMetadata object : objects) {
      var resource = client.resource(object);
      if (resource.get() == null) {
        resource.create();
      } else {
        resource.patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(object));
      }
    }
    tokens.applied(objects);
  }

  /** Whether they are there or not. */
  void delete(Path file) throws IOException {
    List<HasMetadata> objects = read(file);
    objects.forEach(object -> client.resource(object).delete());
    tokens.deleted(objects);
  }

  private List<HasMetadata> read(Path file) throws IOException {
    try (var content = Files.newInputStream(file)) {
      return client.load(content).items();
    }
  }
}
