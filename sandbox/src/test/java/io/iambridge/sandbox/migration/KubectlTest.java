package io.iambridge.sandbox.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.sandbox.kubernetes.EmbeddedKubernetes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The file of a plan gives the right to create tokens, and takes it away again. */
class KubectlTest {
  private static final Path FILE =
      Path.of("../server/src/test/resources/plans/simple-irsa/01-shop/tokens.yaml");

  private EmbeddedKubernetes kubernetes;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, new FakeClock(), new Random(5));
    client = kubernetes.newClient();
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName("shop").endMetadata().build())
        .create();
    kubernetes.tokenPermissions().denyIn("shop", "default");
  }

  @AfterEach
  void stop() {
    client.close();
    kubernetes.close();
  }

  @Test
  void aPlansFileGivesTokensOfItsNamespaceAndOfNoOther() throws IOException {
    Kubectl kubectl = new Kubectl(client, kubernetes.tokenPermissions());
    assertForbidden("shop");
    kubectl.apply(FILE);
    kubectl.apply(FILE);
    assertThat(token("shop")).isNotEmpty();
    assertForbidden("default");
    kubectl.delete(FILE);
    kubectl.delete(FILE);
    assertForbidden("shop");
    assertThat(client.rbac().roles().inNamespace("shop").list().getItems()).isEmpty();
  }

  private void assertForbidden(String namespace) {
    assertThatThrownBy(() -> token(namespace))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(403));
  }

  private String token(String namespace) {
    return client
        .serviceAccounts()
        .inNamespace(namespace)
        .withName("default")
        .tokenRequest(
            new TokenRequestBuilder().withNewSpec().withExpirationSeconds(600L).endSpec().build())
        .getStatus()
        .getToken();
  }
}
