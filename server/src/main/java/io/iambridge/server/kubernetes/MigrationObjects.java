package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.server.crd.Migration;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.MigrationStore;
import io.iambridge.server.migration.StoreException;
import io.iambridge.server.migration.StoreException.Trouble;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link MigrationStore} in the Kubernetes API: one {@link Migration} in each namespace. */
public final class MigrationObjects implements MigrationStore {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final KubernetesClient client;

  /** Reads and writes with the client's rights, without ever trying twice. */
  public MigrationObjects(KubernetesClient client) {
    this.client = SingleCalls.patient(client, TIMEOUT_MILLIS);
  }

  @Override
  public Map<String, Kept> list() throws StoreException {
    return call(() -> {
      Map<String, Kept> all = new HashMap<>();
      for (Migration object : Pages.all(client.resources(Migration.class).inAnyNamespace()::list)) {
        if (Migration.NAME.equals(object.getMetadata().getName())) {
          all.put(object.getMetadata().getNamespace(), kept(object));
        }
      }
      return all;
    });
  }

  private static Kept kept(Migration object) {
    return new Kept(
        Optional.ofNullable(object.getStatus()), object.getMetadata().getResourceVersion());
  }

  /** The statuses of all namespaces. */
  public Map<String, MigrationStatus> statuses() throws StoreException {
    return call(
        () -> statuses(Pages.all(client.resources(Migration.class).inAnyNamespace()::list)));
  }

  /** Those of one namespace only: it needs no right in others. */
  public Map<String, MigrationStatus> statuses(String namespace) throws StoreException {
    return call(
        () -> statuses(client.resources(Migration.class).inNamespace(namespace).list().getItems()));
  }

  private static Map<String, MigrationStatus> statuses(List<Migration> objects) {
    Map<String, MigrationStatus> statuses = new HashMap<>();
    for (Migration object : objects) {
      if (Migration.NAME.equals(object.getMetadata().getName()) && object.getStatus() != null) {
        statuses.put(object.getMetadata().getNamespace(), object.getStatus());
      }
    }
    return statuses;
  }

  @Override
  public String put(String namespace, MigrationStatus status, String version)
      throws StoreException {
    return call(() -> {
      var resources = client.resources(Migration.class).inNamespace(namespace);
      Migration object =
          object(
              namespace,
              version.isEmpty()
                  ? resources
                      .resource(object(namespace, null))
                      .create()
                      .getMetadata()
                      .getResourceVersion()
                  : version);
      object.setStatus(status);
      return resources.resource(object).updateStatus().getMetadata().getResourceVersion();
    });
  }

  private static Migration object(String namespace, @Nullable String version) {
    Migration object = new Migration();
    object.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(Migration.NAME)
            .withResourceVersion(version)
            .build());
    return object;
  }

  @Override
  public void delete(String namespace) throws StoreException {
    call(() ->
        client.resources(Migration.class).inNamespace(namespace).withName(Migration.NAME).delete());
  }

  @FunctionalInterface
  private interface Call<T> {
    T make();
  }

  private <T> T call(Call<T> call) throws StoreException {
    try {
      return call.make();
    } catch (KubernetesClientException e) {
      throw new StoreException(words(e), trouble(e));
    }
  }

  private static Trouble trouble(KubernetesClientException e) {
    if (Refusals.isNamespaceGone(e)) {
      return Trouble.GONE;
    }
    if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
        || Refusals.isObjectGone(e, Migration.NAME)) {
      return Trouble.CONFLICT;
    }
    return Refusals.isOfTheObject(e) ? Trouble.NAMESPACE : Trouble.ALL;
  }

  private String words(KubernetesClientException e) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_NOT_FOUND ->
          "Kubernetes does not know migrations.iambridge.io: apply"
              + " charts/iambridge/crds/migrations.iambridge.io.yaml";
      case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
          "the service account may not list, get, create and delete migrations.iambridge.io, and"
              + " update migrations/status: apply the chart's ClusterRole";
      case HttpURLConnection.HTTP_CONFLICT -> "somebody else has written at the same time";
      default ->
          Unreached.is(e)
              ? Unreached.words(client, e)
              : "Kubernetes answered with HTTP " + e.getCode();
    };
  }
}
