package io.iambridge.sandbox.tokens;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.sandbox.kubernetes.ServiceAccountTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/** Gets pods the tokens that their kubelet would put into their volumes. */
public final class PodTokens {
  /** The audience of tokens for EKS Pod Identity. */
  public static final String POD_IDENTITY = "pods.eks.amazonaws.com";

  private static final int FORBIDDEN = 403;
  private static final Duration DAY = Duration.ofDays(1);

  private final KubernetesClient client;
  private final ServiceAccountTokens signer;

  /** Asks with the client; what the API would not give, the signer does. */
  public PodTokens(KubernetesClient client, ServiceAccountTokens signer) {
    this.client = client;
    this.signer = signer;
  }

  /** A token for 169.254.170.23, bound to the pod; a new one each time. */
  public String podIdentityToken(String namespace, String podName) {
    return token(namespace, podName, POD_IDENTITY);
  }

  /** See {@link #podIdentityToken(String, String)}. */
  public String podIdentityToken(Pod pod) {
    return podIdentityToken(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
  }

  /** A token for an audience, bound to the pod, by the API's TokenRequest; good for a day. */
  public String token(String namespace, String podName, String audience) {
    return token(namespace, podName, audience, DAY);
  }

  /** The same with another lifetime; the API gives 10 minutes at least. */
  public String token(String namespace, String podName, String audience, Duration lifetime) {
    Pod pod = client.pods().inNamespace(namespace).withName(podName).get();
    if (pod == null) {
      throw new IllegalArgumentException("no pod " + namespace + "/" + podName);
    }
    TokenRequest request =
        new TokenRequestBuilder()
            .withNewSpec()
            .addToAudiences(audience)
            .withExpirationSeconds(lifetime.toSeconds())
            .withNewBoundObjectRef()
            .withKind("Pod")
            .withApiVersion("v1")
            .withName(podName)
            .withUid(pod.getMetadata().getUid())
            .endBoundObjectRef()
            .endSpec()
            .build();
    try {
      return client
          .serviceAccounts()
          .inNamespace(namespace)
          .withName(pod.getSpec().getServiceAccountName())
          .tokenRequest(request)
          .getStatus()
          .getToken();
    } catch (KubernetesClientException e) {
      if (e.getCode() != FORBIDDEN) {
        throw e;
      }
      // The node authorizer lets a kubelet have its pods' tokens, whatever others are forbidden.
      return signer.podToken(namespace, podName, audience, lifetime);
    }
  }

  /** A token of the pod that ends after this time, however short; a negative one has ended. */
  public String endingIn(Duration lifetime, String namespace, String podName) {
    return endingIn(lifetime, namespace, podName, POD_IDENTITY);
  }

  /** The same for another audience. */
  public String endingIn(Duration lifetime, String namespace, String podName, String audience) {
    return signer.podToken(namespace, podName, audience, lifetime);
  }

  /** Writes a token as a kubelet does: a reader never sees half of one. */
  public static void write(Path file, String token) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, token.getBytes(StandardCharsets.US_ASCII));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
