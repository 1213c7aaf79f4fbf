package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.net.HttpURLConnection;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;

/**
 * Calls of one kind that a pod waits for: one short try each, and trouble is logged when it is new.
 */
final class SingleCalls {
  private final KubernetesClient client;
  private final String what;
  private final String right;
  private final AtomicReference<String> lastTrouble = new AtomicReference<>("");

  /**
   * @param what the call in words: {@code a read of a pod}
   * @param right what the server's service account has to be allowed: {@code get pods}
   */
  SingleCalls(KubernetesClient client, int timeoutMillis, String what, String right) {
    this.client = patient(client, timeoutMillis);
    this.what = what;
    this.right = right;
  }

  /** A client that waits so long and no longer. Not retried: whoever asked asks again. */
  static KubernetesClient patient(KubernetesClient client, int timeoutMillis) {
    return client
        .newClient(
            new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                .withRequestTimeout(timeoutMillis)
                .withRequestRetryBackoffLimit(0)
                .build())
        .adapt(KubernetesClient.class);
  }

  /** To make the calls with. */
  KubernetesClient client() {
    return client;
  }

  /** A call was answered. */
  void answered() {
    lastTrouble.set("");
  }

  /**
   * A call failed. Says why in one line, without the exception, which may show what was sent.
   *
   * @param headline begins the line in the log
   */
  String failed(KubernetesClientException e, Logger log, String headline) {
    String trouble = trouble(e);
    // The same trouble again is no news.
    if (!trouble.equals(lastTrouble.getAndSet(trouble))) {
      log.atWarn().addKeyValue("status", e.getCode()).log("{}: {}", headline, trouble);
    }
    return trouble;
  }

  /** Why it failed, in one line, without the exception. */
  String trouble(KubernetesClientException e) {
    if (e.getCode() <= 0) {
      return "Kubernetes did not answer " + what + " in time";
    }
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
          "the server's service account may not " + right;
      default -> "Kubernetes answered " + what + " with HTTP " + e.getCode();
    };
  }
}
