package io.iambridge.server.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the API server who issues its service account tokens (Kubernetes, "Service account issuer
 * discovery"); every authenticated account may, by the ClusterRole
 * system:service-account-issuer-discovery.
 */
public final class IssuerDiscovery {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerDiscovery.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int TIMEOUT_MILLIS = 5_000;

  private final SingleCalls calls;

  /** Asks with the client's rights. */
  public IssuerDiscovery(KubernetesClient client) {
    this.calls =
        new SingleCalls(
            client,
            TIMEOUT_MILLIS,
            "for its token issuer",
            "get /.well-known/openid-configuration");
  }

  /** The issuer, {@code https://…}; empty when nobody tells. */
  public Optional<String> issuer() {
    try {
      String document = calls.client().raw("/.well-known/openid-configuration");
      calls.answered();
      return Optional.ofNullable(document)
          .map(IssuerDiscovery::issuer)
          .filter(issuer -> !issuer.isEmpty());
    } catch (KubernetesClientException e) {
      var _ = calls.failed(e, LOG, "The cluster's token issuer is not known (--oidc-issuer)");
      return Optional.empty();
    }
  }

  private static String issuer(String document) {
    try {
      return JSON.readTree(document).path("issuer").asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}
