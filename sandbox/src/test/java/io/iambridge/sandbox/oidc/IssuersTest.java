package io.iambridge.sandbox.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.sandbox.kubernetes.EmbeddedKubernetes;
import io.iambridge.sandbox.tokens.PodTokens;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IssuersTest {
  private final Issuers issuers = new Issuers();
  private EmbeddedKubernetes kubernetes;
  private KubernetesClient client;
  private PodTokens tokens;

  @BeforeEach
  void start() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, new FakeClock(), new Random(5));
    client = kubernetes.newClient();
    tokens = new PodTokens(client, kubernetes.tokens());
    client
        .pods()
        .inNamespace("default")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("app")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    issuers.locate(kubernetes.issuer(), URI.create(kubernetes.url()));
  }

  @AfterEach
  void stop() {
    issuers.close();
    client.close();
    kubernetes.close();
  }

  private String token() {
    return tokens.token("default", "app", "sts.amazonaws.com");
  }

  private boolean isGood(String token) throws IssuerException {
    Jwt jwt = Jwt.parse(token).orElseThrow();
    return jwt.isSignedBy(issuers.key(kubernetes.issuer(), jwt.keyId()));
  }

  @Test
  void publishedKeysProveTokens() throws IssuerException {
    String token = token();

    assertThat(isGood(token)).isTrue();
    Jwt jwt = Jwt.parse(token).orElseThrow();
    assertThat(jwt.claims().path("iss").asText()).isEqualTo(kubernetes.issuer());
    assertThat(jwt.claims().path("sub").asText())
        .isEqualTo("system:serviceaccount:default:default");
    assertThat(jwt.claims().at("/kubernetes.io/pod/name").asText()).isEqualTo("app");
    assertThat(jwt.toString()).doesNotContain(token.split("\\.", -1)[2]);
  }

  @Test
  void aChangedTokenIsNotProved() throws IssuerException {
    String[] parts = token().split("\\.", -1);
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
    String other =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims.replace(":default\"", ":admin\"").getBytes(UTF_8));

    assertThat(isGood(parts[0] + "." + other + "." + parts[2])).isFalse();
    assertThat(Jwt.parse("a.b.c")).isEmpty();
    assertThat(Jwt.parse(parts[0] + "." + parts[1])).isEmpty();
  }

  @Test
  void rotationKeepsOldTokensUntilTheirKeyIsForgotten() throws IssuerException {
    String old = token();
    kubernetes.tokens().keys().rotate();
    String young = token();

    assertThat(isGood(old)).isTrue();
    assertThat(isGood(young)).isTrue();
    assertThat(Jwt.parse(young).orElseThrow().keyId())
        .isNotEqualTo(Jwt.parse(old).orElseThrow().keyId());
    kubernetes.tokens().keys().forgetOld();
    assertThat(isGood(young)).isTrue();
    IssuerException gone = catchThrowableOfType(IssuerException.class, () -> isGood(old));
    assertThat(gone.isUnreachable()).isFalse();
    assertThat(kubernetes.tokens().keys().verify(old)).isEmpty();
  }

  @Test
  void aLostIssuerIsUnreachable() {
    String token = token();
    for (Runnable loss :
        new Runnable[] {kubernetes::goDown, () -> issuers.lose(kubernetes.issuer())}) {
      loss.run();
      IssuerException lost = catchThrowableOfType(IssuerException.class, () -> isGood(token));
      assertThat(lost.isUnreachable()).isTrue();
    }
  }
}
