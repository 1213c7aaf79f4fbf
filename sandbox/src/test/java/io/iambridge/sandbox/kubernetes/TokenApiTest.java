package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.sandbox.tokens.PodTokens;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenApiTest {
  private final FakeClock clock = new FakeClock();
  private EmbeddedKubernetes kubernetes;
  private KubernetesClient client;
  private PodTokens tokens;

  @BeforeEach
  void start() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, clock, new Random(5));
    client = kubernetes.newClient();
    tokens = new PodTokens(client, kubernetes.tokens());
    create("app");
  }

  @AfterEach
  void stop() {
    client.close();
    kubernetes.close();
  }

  private Pod create(String name) {
    return client
        .pods()
        .inNamespace("default")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .endSpec()
                .build())
        .create();
  }

  private TokenReviewStatus review(String token, String... audiences) {
    return client
        .tokenReviews()
        .create(
            new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(audiences)
                .endSpec()
                .build())
        .getStatus();
  }

  private boolean authenticated(String token) {
    return Boolean.TRUE.equals(review(token, PodTokens.POD_IDENTITY).getAuthenticated());
  }

  @Test
  void aTokenTellsItsAccountPodAndNode() {
    String token = tokens.podIdentityToken("default", "app");
    TokenReviewStatus status = review(token, "other", PodTokens.POD_IDENTITY);
    assertThat(status.getAuthenticated()).isTrue();
    assertThat(status.getAudiences()).containsExactly(PodTokens.POD_IDENTITY);
    assertThat(status.getUser().getUsername()).isEqualTo("system:serviceaccount:default:default");
    assertThat(status.getUser().getExtra())
        .containsEntry("authentication.kubernetes.io/pod-name", List.of("app"))
        .containsEntry("authentication.kubernetes.io/node-name", List.of("node-1"))
        .containsEntry(
            "authentication.kubernetes.io/pod-uid",
            List.of(
                client.pods().inNamespace("default").withName("app").get().getMetadata().getUid()));
    assertThat(tokens.podIdentityToken("default", "app")).isNotEqualTo(token);
  }

  @Test
  void aTokenEndsWithItsTime() {
    String token = tokens.endingIn(Duration.ofMinutes(5), "default", "app");
    assertThat(authenticated(token)).isTrue();
    clock.advance(Duration.ofMinutes(5));
    assertThat(authenticated(token)).isFalse();
    assertThat(authenticated(tokens.endingIn(Duration.ofMinutes(-1), "default", "app"))).isFalse();
  }

  @Test
  void aTokenEndsWithItsPodAlsoWhenAnotherHasItsName() {
    String token = tokens.podIdentityToken("default", "app");
    client.pods().inNamespace("default").withName("app").delete();
    assertThat(authenticated(token)).isFalse();
    create("app");
    assertThat(authenticated(token)).isFalse();
    assertThat(authenticated(tokens.podIdentityToken("default", "app"))).isTrue();
  }

  @Test
  void aTokenEndsWithItsServiceAccount() {
    String token = tokens.podIdentityToken("default", "app");
    client.serviceAccounts().inNamespace("default").withName("default").delete();
    assertThat(authenticated(token)).isFalse();
  }

  @Test
  void whatWasNotSignedHereOrIsForOthersIsNotAuthenticated() {
    String token = tokens.podIdentityToken("default", "app");
    assertThat(review(token, "sts.amazonaws.com").getAuthenticated()).isNull();
    assertThat(review(token).getAuthenticated()).isNull();
    String[] parts = token.split("\\.", -1);
    String other = tokens.token("default", "app", "sts.amazonaws.com");
    for (String bad :
        List.of(
            "x",
            "a.b.c",
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + other.split("\\.", -1)[1] + "." + parts[2],
            // {"alg":"none"}
            "eyJhbGciOiJub25lIn0." + parts[1] + ".",
            token + "A")) {
      assertThat(authenticated(bad)).as(bad).isFalse();
    }
  }

  @Test
  void theApiBindsNoTokenToAPodThatIsNotTheAccountsOrNotTheSame() {
    assertCode(404, "default", "nosuch", null, 3600);
    assertCode(409, "default", "app", "00000000-0000-0000-0000-000000000000", 3600);
    assertCode(422, "default", "app", null, 60);
    client
        .serviceAccounts()
        .inNamespace("default")
        .resource(
            new io.fabric8.kubernetes.api.model.ServiceAccountBuilder()
                .withNewMetadata()
                .withName("other")
                .endMetadata()
                .build())
        .create();
    assertCode(400, "other", "app", null, 3600);
    assertCode(404, "nobody", "app", null, 3600);
  }

  private void assertCode(
      int code, String account, String pod, @org.jspecify.annotations.Nullable String uid, long s) {
    assertThatThrownBy(() ->
            client
                .serviceAccounts()
                .inNamespace("default")
                .withName(account)
                .tokenRequest(
                    new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(s)
                        .withNewBoundObjectRef()
                        .withKind("Pod")
                        .withApiVersion("v1")
                        .withName(pod)
                        .withUid(uid)
                        .endBoundObjectRef()
                        .endSpec()
                        .build()))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(code));
  }

  @Test
  void tokensCanBeForbiddenInNamespaces() {
    kubernetes.tokenPermissions().permitOnlyIn(Set.of("kube-system"));
    assertRequest(403, "serviceaccounts \"default\" is forbidden: User");
    // A kubelet gets its pods' tokens all the same.
    assertThat(authenticated(tokens.podIdentityToken("default", "app"))).isTrue();
    kubernetes.tokenPermissions().permitEverywhere();
    kubernetes.tokenPermissions().denyIn("default");
    assertRequest(403, "cannot create resource \"serviceaccounts/token\"");
    kubernetes.tokenPermissions().permitOnlyIn(Set.of("kube-system"));
    kubernetes.tokenPermissions().permitIn("default");
    kubernetes.tokenPermissions().failNext(1);
    assertRequest(500, "on purpose");
    kubernetes.tokenPermissions().throttleNext(1);
    assertRequest(429, "Too many requests");
    assertThat(authenticated(tokens.podIdentityToken("default", "app"))).isTrue();
  }

  /** A request for a token of the service account, as the server sends it. */
  private void assertRequest(int code, String message) {
    Config impatient =
        new ConfigBuilder(client.getConfiguration()).withRequestRetryBackoffLimit(0).build();
    try (KubernetesClient once = new KubernetesClientBuilder().withConfig(impatient).build()) {
      assertThatThrownBy(() ->
              once.serviceAccounts()
                  .inNamespace("default")
                  .withName("default")
                  .tokenRequest(
                      new TokenRequestBuilder()
                          .withNewSpec()
                          .withExpirationSeconds(600L)
                          .endSpec()
                          .build()))
          .isInstanceOfSatisfying(
              KubernetesClientException.class,
              e -> {
                assertThat(e.getCode()).isEqualTo(code);
                assertThat(e.getStatus().getMessage()).contains(message);
              });
    }
  }
}
