package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads one namespace once, for a command that looks and ends. */
public final class NamespaceReader {
  private final KubernetesClient client;
  private final ObjectReader reader = new ObjectReader(_ -> {});

  /** Reads with the client's rights. */
  public NamespaceReader(KubernetesClient client) {
    this.client = client;
  }

  /**
   * The namespace; empty when there is none.
   *
   * @throws KubernetesClientException when it cannot be read
   */
  public Optional<NamespaceView> read(String name) {
    return Optional.ofNullable(client.namespaces().withName(name).get())
        .map(namespace -> {
          List<Pod> pods =
              client.pods().inNamespace(name).list().getItems().stream().map(reader::pod).toList();
          Map<String, ServiceAccount> accounts =
              client.serviceAccounts().inNamespace(name).list().getItems().stream()
                  .map(reader::serviceAccount)
                  .collect(Collectors.toMap(ServiceAccount::name, Function.identity()));
          return new NamespaceView(reader.namespace(namespace), pods, accounts);
        });
  }
}
