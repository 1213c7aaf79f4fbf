package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.PodTokens;
import io.iambridge.server.targets.TargetException;
import java.net.HttpURLConnection;

/**
 * {@link PodTokens} by TokenRequest. A token is bound to the pod by name and uid, so that
 * Kubernetes gives none for a pod that is gone or another now, and knows it no more once the pod is
 * deleted. AWS does not ask Kubernetes for that: the token ends by time there, soon.
 */
public final class KubernetesTokens implements PodTokens {
  /** The least that Kubernetes takes (TokenRequestSpec.expirationSeconds). */
  private static final long SECONDS = 600;

  /** A pod waits for it. */
  private static final int TIMEOUT_MILLIS = 1_000;

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNPROCESSABLE = 422;

  private final SingleCalls calls;

  /** Asks with the client's rights: create on serviceaccounts/token, where they were given. */
  public KubernetesTokens(KubernetesClient client) {
    this.calls =
        new SingleCalls(
            client, TIMEOUT_MILLIS, "a request for a token", "create serviceaccounts/token");
  }

  @Override
  public String mint(PodAccount pod, String audience) throws TargetException {
    TokenRequest answer;
    try {
      answer =
          calls
              .client()
              .serviceAccounts()
              .inNamespace(pod.namespace())
              .withName(pod.account())
              .tokenRequest(request(pod, audience));
    } catch (KubernetesClientException e) {
      throw failure(e, pod);
    }
    if (answer == null || answer.getStatus() == null || answer.getStatus().getToken() == null) {
      throw TargetException.ofToken(Finding.UNREACHABLE, "Kubernetes answered without a token");
    }
    return answer.getStatus().getToken();
  }

  private static TokenRequest request(PodAccount pod, String audience) {
    return new TokenRequestBuilder()
        .withNewSpec()
        .withAudiences(audience)
        .withExpirationSeconds(SECONDS)
        .withNewBoundObjectRef()
        .withApiVersion("v1")
        .withKind("Pod")
        .withName(pod.pod())
        .withUid(pod.podUid())
        .endBoundObjectRef()
        .endSpec()
        .build();
  }

  /** Not logged here: whoever asked tells of it, with the pod. */
  private TargetException failure(KubernetesClientException e, PodAccount pod) {
    Finding finding =
        switch (e.getCode()) {
          case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
              Finding.TOKEN_NOT_PERMITTED;
          case HttpURLConnection.HTTP_NOT_FOUND ->
              isOfPod(e) ? Finding.UNREACHABLE : Finding.NO_SERVICE_ACCOUNT;
          case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE -> Finding.REQUEST_REJECTED;
          case TOO_MANY_REQUESTS -> Finding.THROTTLED;
          default -> Finding.UNREACHABLE;
        };
    return TargetException.ofToken(finding, words(e, finding, pod));
  }

  private String words(KubernetesClientException e, Finding finding, PodAccount pod) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_NOT_FOUND ->
          finding == Finding.NO_SERVICE_ACCOUNT
              ? "there is no service account %s/%s".formatted(pod.namespace(), pod.account())
              : "the pod is gone";
      case HttpURLConnection.HTTP_CONFLICT -> "the pod is another one now, of the same name";
      case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
          "%s in namespace %s".formatted(calls.trouble(e), pod.namespace());
      default -> calls.trouble(e);
    };
  }

  private static boolean isOfPod(KubernetesClientException e) {
    return e.getStatus() != null
        && e.getStatus().getDetails() != null
        && "pods".equals(e.getStatus().getDetails().getKind());
  }
}
