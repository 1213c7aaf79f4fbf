package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iambridge.common.cli.StartException;
import io.iambridge.server.migration.StoreException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnreachedTest {
  private String words;
  private KubernetesClient client;

  @BeforeEach
  void nobodyListens() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + free.getLocalPort();
      words = "Kubernetes at " + url + " cannot be reached: ";
      Config config =
          new ConfigBuilder(Config.empty())
              .withMasterUrl(url)
              .withRequestRetryBackoffLimit(0)
              .build();
      client = new KubernetesClientBuilder().withConfig(config).build();
    }
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void aPlanThatReachesNobodySaysSoAndWhere() {
    ClusterSurvey survey = new ClusterSurvey(client, progress -> {});
    assertThatThrownBy(survey::issuer)
        .isInstanceOf(StartException.class)
        .message()
        .startsWith(words)
        .matches(".*(no connection|Connection refused)[^:]*");
  }

  @Test
  void aStatusThatReachesNobodySaysSoAndWhere() {
    assertThatThrownBy(new MigrationObjects(client)::list)
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(words);
  }
}
