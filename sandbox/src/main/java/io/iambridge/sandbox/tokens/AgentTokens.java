package io.iambridge.sandbox.tokens;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.common.wire.WireKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agents' pods, one for each node, and the tokens that kubelets put into their volumes: files
 * that are written anew when four fifths of a token's life are over.
 */
public final class AgentTokens implements AutoCloseable {
  /** Where the agents' pods are. */
  public static final String NAMESPACE = "kube-system";

  /** Their service account. */
  public static final String ACCOUNT = "iambridge-agent";

  private static final Logger LOG = LoggerFactory.getLogger(AgentTokens.class);
  private static final Duration LIFE = Duration.ofHours(1);
  private static final Duration ROTATION = LIFE.multipliedBy(4).dividedBy(5);

  private final KubernetesClient client;
  private final PodTokens tokens;
  private final Path directory;
  private final Map<String, Path> files = new LinkedHashMap<>();
  private final ScheduledExecutorService kubelet =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("sandbox-tokens").factory());

  /**
   * Makes the service account, and begins to rotate.
   *
   * @param directory where the files are
   */
  public AgentTokens(KubernetesClient client, PodTokens tokens, Path directory) {
    this.client = client;
    this.tokens = tokens;
    this.directory = directory;
    client
        .serviceAccounts()
        .inNamespace(NAMESPACE)
        .resource(
            new ServiceAccountBuilder().withNewMetadata().withName(ACCOUNT).endMetadata().build())
        .create();
    var _ =
        kubelet.scheduleWithFixedDelay(
            this::rotateAll, ROTATION.toSeconds(), ROTATION.toSeconds(), TimeUnit.SECONDS);
  }

  /** The token file of the node's agent, whose pod is made if there is none. */
  public synchronized Path file(String node) {
    Path known = files.get(node);
    if (known != null) {
      return known;
    }
    createPod(node);
    Path file = directory.resolve("token-" + node);
    files.put(node, file);
    rotate(node);
    return file;
  }

  /** The name of the pod of the node's agent. */
  public static String podName(String node) {
    return ACCOUNT + "-" + node;
  }

  /** A new token of the node's agent, whose pod must be there. */
  public String issue(String node) {
    return tokens.token(NAMESPACE, podName(node), WireKeys.SERVER_AUDIENCE, LIFE);
  }

  /** Writes a new token for the node's agent, as its kubelet does now and then. */
  public synchronized void rotate(String node) {
    Path file = files.get(node);
    if (file == null) {
      throw new IllegalArgumentException("no agent of node " + node);
    }
    try {
      PodTokens.write(file, issue(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // the API may be away: the next time it may be there
  private synchronized void rotateAll() {
    for (String node : files.keySet()) {
      try {
        rotate(node);
      } catch (RuntimeException e) {
        LOG.warn("no new token for the agent of {}", node, e);
      }
    }
  }

  private void createPod(String node) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(podName(node))
            .endMetadata()
            .withNewSpec()
            .withNodeName(node)
            .withHostNetwork(true)
            .withServiceAccountName(ACCOUNT)
            .addNewContainer()
            .withName("agent")
            .withImage("iambridge-agent")
            .endContainer()
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .endStatus()
            .build();
    client.pods().inNamespace(NAMESPACE).resource(pod).create();
  }

  @Override
  public void close() {
    kubelet.shutdownNow();
  }
}
