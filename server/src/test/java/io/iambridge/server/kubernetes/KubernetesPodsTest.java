package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iambridge.server.presence.PodReadException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KubernetesPodsTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile int code = 200;
  private HttpServer api;
  private KubernetesClient client;
  private KubernetesPods pods;

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          byte[] body =
              """
              {"kind":"Pod","apiVersion":"v1",
               "metadata":{"namespace":"apps","name":"app-1","uid":"u1"},
               "spec":{"nodeName":"node-1"},
               "status":{"podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}}
              """
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(code, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    api.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                    .build())
            .build();
    pods = new KubernetesPods(client);
  }

  @AfterEach
  void stop() {
    client.close();
    api.stop(0);
  }

  @Test
  void podIsReadWithoutAResourceVersionSoThatNoCacheAnswers() throws PodReadException {
    assertThat(pods.read("apps", "app-1"))
        .hasValueSatisfying(pod -> {
          assertThat(pod.uid()).isEqualTo("u1");
          assertThat(pod.addresses())
              .containsExactlyInAnyOrder(
                  InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("fd00::1"));
        });
    assertThat(asked).containsExactly("GET /api/v1/namespaces/apps/pods/app-1");
  }

  @Test
  void podThatIsNotThereIsNoTrouble() throws PodReadException {
    code = 404;
    assertThat(pods.read("apps", "app-1")).isEmpty();
  }

  @Test
  void troubleSaysWhatToDoAndIsAskedOnce() {
    code = 403;
    assertThatThrownBy(() -> pods.read("apps", "app-1"))
        .isInstanceOf(PodReadException.class)
        .hasMessage("the server's service account may not get pods");
    code = 500;
    assertThatThrownBy(() -> pods.read("apps", "app-1"))
        .hasMessage("Kubernetes answered a read of a pod with HTTP 500");
    assertThat(asked).hasSize(2);
  }

  @Test
  void kubernetesThatIsAwayIsTrouble() {
    api.stop(0);
    assertThatThrownBy(() -> pods.read("apps", "app-1"))
        .hasMessage("Kubernetes did not answer a read of a pod in time");
  }
}
