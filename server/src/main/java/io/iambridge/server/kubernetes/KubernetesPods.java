package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.presence.PodReadException;
import io.iambridge.server.presence.PodReader;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link PodReader} with the API's get. Without a resource version it is answered by a quorum of
 * etcd and never from a cache (Kubernetes, "API concepts", semantics for get).
 */
public final class KubernetesPods implements PodReader {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesPods.class);

  /** A pod waits for it. */
  private static final int TIMEOUT_MILLIS = 1_000;

  private final KubernetesClient client;

  /** What cannot be read is left out, and reported by the watch, which sees it too. */
  private final ObjectReader reader = new ObjectReader(_ -> {});

  private final AtomicReference<String> lastTrouble = new AtomicReference<>("");

  /** Asks with the client's rights: get on pods. */
  public KubernetesPods(KubernetesClient client) {
    // Not retried: whoever asked asks again.
    this.client =
        client
            .newClient(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                    .withRequestTimeout(TIMEOUT_MILLIS)
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .adapt(KubernetesClient.class);
  }

  @Override
  public Optional<Pod> read(String namespace, String name) throws PodReadException {
    try {
      Optional<Pod> pod =
          Optional.ofNullable(client.pods().inNamespace(namespace).withName(name).get())
              .map(reader::pod);
      lastTrouble.set("");
      return pod;
    } catch (KubernetesClientException e) {
      String trouble = trouble(e);
      // The same trouble again is no news.
      if (!trouble.equals(lastTrouble.getAndSet(trouble))) {
        LOG.atWarn().addKeyValue("status", e.getCode()).log("A pod cannot be read: {}", trouble);
      }
      throw new PodReadException(trouble);
    }
  }

  private static String trouble(KubernetesClientException e) {
    if (e.getCode() <= 0) {
      return "Kubernetes did not answer a read of a pod in time";
    }
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
          "the server's service account may not get pods";
      default -> "Kubernetes answered a read of a pod with HTTP " + e.getCode();
    };
  }
}
