package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.iambridge.common.cli.StartException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the client for the Kubernetes API, as {@code --kubeconfig} says. */
public final class ClusterConnection {
  private static final int REQUEST_TIMEOUT_MILLIS = 30_000;
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  // The watches retry for ever by themselves; a request that is not going to work is to say so.
  private static final int REQUEST_RETRIES = 3;
  private static final String USER_AGENT = "iambridge-server";

  private ClusterConnection() {}

  /**
   * A client; nothing is sent yet.
   *
   * @param kubeconfig a kubeconfig file, or empty for the service account of the pod we run in
   * @throws StartException when there is no such file, or we do not run in a pod
   */
  public static KubernetesClient open(String kubeconfig) {
    Config config = kubeconfig.isEmpty() ? inCluster() : fromFile(Path.of(kubeconfig));
    config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
    config.setConnectionTimeout(CONNECT_TIMEOUT_MILLIS);
    config.setRequestRetryBackoffLimit(REQUEST_RETRIES);
    config.setUserAgent(USER_AGENT);
    // As client-go does. The JDK's WebSocket does not always hear that its connection has ended.
    config.setOnlyHttpWatches(true);
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  private static Config fromFile(Path file) {
    if (!Files.isReadable(file)) {
      throw new StartException("--kubeconfig " + file + " does not exist or cannot be read");
    }
    try {
      return Config.fromKubeconfig(file.toFile());
    } catch (KubernetesClientException | IllegalArgumentException e) {
      throw new StartException("--kubeconfig " + file + " is not a kubeconfig file", e);
    }
  }

  /**
   * The client library looks for a kubeconfig file first; a server that is started on somebody's
   * workstation is not to serve whatever cluster that person looked at last.
   */
  private static Config inCluster() {
    Config config = Config.autoConfigure(/* context= */ null);
    File found = config.getFile();
    if (found != null) {
      throw new StartException("not in a cluster: set --kubeconfig, e.g. --kubeconfig=" + found);
    }
    String token = config.getAutoOAuthToken();
    if (token == null || token.isEmpty()) {
      throw new StartException(
          "not in a cluster: there is no service account token, and --kubeconfig is not set");
    }
    return config;
  }
}
