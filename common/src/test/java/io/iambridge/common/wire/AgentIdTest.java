package io.iambridge.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.testing.Certificates;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentIdTest {
  @TempDir private Path dir;

  private X509Certificate certificate(String... names) throws Exception {
    Path file = Certificates.authority(dir, "ca").client("agent", names).certificate();
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "spiffe://cluster.local/iambridge/agent/node-1, cluster.local, node-1",
    "spiffe://x/iambridge/agent/ip-10-0-0-1.eu-west-1.compute.internal, x,"
        + " ip-10-0-0-1.eu-west-1.compute.internal",
  })
  void theOneNameTellsTrustDomainAndNode(String uri, String trustDomain, String node)
      throws Exception {
    AgentId id = AgentId.of(certificate(uri));
    assertThat(id).isEqualTo(new AgentId(trustDomain, node));
    assertThat(id).hasToString(uri);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://cluster.local/iambridge/agent/",
        "spiffe://cluster.local/iambridge/agent/node-1/",
        "spiffe://cluster.local/iambridge/agent/a/b",
        "spiffe://cluster.local/iambridge/agent/.",
        "spiffe://cluster.local/iambridge/agent/-node",
        "spiffe://cluster.local/iambridge/agent/Node-1",
        "spiffe://cluster.local/iambridge/agent/node%2d1",
        "spiffe://cluster.local/iambridge/agent/node-1?x",
        "spiffe://cluster.local/iambridge/agent/node-1#x",
        "spiffe://cluster.local/iambridge/server/node-1",
        "spiffe://cluster.local/x/iambridge/agent/node-1",
        "spiffe://cluster.local:443/iambridge/agent/node-1",
        "spiffe://me@cluster.local/iambridge/agent/node-1",
        "SPIFFE://cluster.local/iambridge/agent/node-1",
        "https://cluster.local/iambridge/agent/node-1",
        "node-1",
        "10.0.0.1",
      })
  void anyOtherNameIsRefused(String name) {
    assertThatThrownBy(() -> AgentId.of(certificate(name)))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("exactly one is expected")
        .hasMessageNotContaining("\n");
  }

  @Test
  void noneOrASecondOneIsRefused() {
    String good = "spiffe://cluster.local/iambridge/agent/node-1";
    assertThatThrownBy(() -> AgentId.of(certificate())).hasMessageContaining("has no subject");
    for (String second : new String[] {good.replace("-1", "-2"), "node-1", "10.0.0.1", good}) {
      assertThatThrownBy(() -> AgentId.of(certificate(good, second)))
          .hasMessageContaining("2 subject alternative names");
    }
  }
}
