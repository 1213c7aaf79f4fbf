package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.presence.PodReadException;
import io.iambridge.server.presence.PodReader;
import java.util.Optional;
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

  private final SingleCalls calls;

  /** What cannot be read is left out, and reported by the watch, which sees it too. */
  private final ObjectReader reader = new ObjectReader(_ -> {});

  /** Asks with the client's rights: get on pods. */
  public KubernetesPods(KubernetesClient client) {
    this.calls = new SingleCalls(client, TIMEOUT_MILLIS, "a read of a pod", "get pods");
  }

  @Override
  public Optional<Pod> read(String namespace, String name) throws PodReadException {
    try {
      Optional<Pod> pod =
          Optional.ofNullable(calls.client().pods().inNamespace(namespace).withName(name).get())
              .map(reader::pod);
      calls.answered();
      return pod;
    } catch (KubernetesClientException e) {
      throw new PodReadException(calls.failed(e, LOG, "A pod cannot be read"));
    }
  }
}
