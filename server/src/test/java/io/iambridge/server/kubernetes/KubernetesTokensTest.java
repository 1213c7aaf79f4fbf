package io.iambridge.server.kubernetes;

import static io.iambridge.server.testing.TargetFixtures.POD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.TargetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesTokensTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private volatile int code = 201;
  private volatile String answer =
      """
      {"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1",
       "status":{"token":"a.pods.token","expirationTimestamp":"2099-01-01T00:00:00Z"}}
      """;
  private HttpServer api;
  private KubernetesClient client;
  private KubernetesTokens tokens;

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
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
    tokens = new KubernetesTokens(client);
  }

  @AfterEach
  void stop() {
    client.close();
    api.stop(0);
  }

  private void fail(int status, String kind) {
    code = status;
    answer =
        """
        {"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"message":"no",
         "details":{"name":"it","kind":"%s"}}
        """
            .formatted(status, kind);
  }

  private TargetException failure() {
    return catchThrowableOfType(TargetException.class, () -> tokens.mint(POD, "sts.amazonaws.com"));
  }

  @Test
  void tokenIsOfThePodsAccountBoundToThePodAndShort() throws Exception {
    assertThat(tokens.mint(POD, "sts.amazonaws.com")).isEqualTo("a.pods.token");
    assertThat(asked).containsExactly("POST /api/v1/namespaces/apps/serviceaccounts/app/token");
    var spec = Serialization.unmarshal(bodies.getFirst(), TokenRequest.class).getSpec();
    assertThat(spec.getAudiences()).containsExactly("sts.amazonaws.com");
    assertThat(spec.getExpirationSeconds()).isEqualTo(600);
    assertThat(spec.getBoundObjectRef().getApiVersion()).isEqualTo("v1");
    assertThat(spec.getBoundObjectRef().getKind()).isEqualTo("Pod");
    assertThat(spec.getBoundObjectRef().getName()).isEqualTo("app-1");
    assertThat(spec.getBoundObjectRef().getUid()).isEqualTo("uid-1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          403 | serviceaccounts | TOKEN_NOT_PERMITTED | the server's service account may not create serviceaccounts/token in namespace apps
          401 | serviceaccounts | TOKEN_NOT_PERMITTED | the server's service account may not create serviceaccounts/token in namespace apps
          404 | serviceaccounts | NO_SERVICE_ACCOUNT | there is no service account apps/app
          404 | pods | UNREACHABLE | the pod is gone
          409 | pods | UNREACHABLE | the pod is another one now, of the same name
          400 | '' | REQUEST_REJECTED | Kubernetes answered a request for a token with HTTP 400
          422 | '' | REQUEST_REJECTED | Kubernetes answered a request for a token with HTTP 422
          429 | '' | THROTTLED | Kubernetes answered a request for a token with HTTP 429
          500 | '' | UNREACHABLE | Kubernetes answered a request for a token with HTTP 500
          """)
  void refusalIsAFindingAndIsAskedForOnce(int status, String kind, Finding finding, String words) {
    fail(status, kind);
    TargetException failure = failure();
    assertThat(failure.finding()).isEqualTo(finding);
    assertThat(failure.ownWords()).isEqualTo(words);
    assertThat(failure).hasNoCause();
    assertThat(asked).hasSize(1);
  }

  @Test
  void answerWithoutATokenIsNone() {
    answer = "{\"kind\":\"TokenRequest\",\"apiVersion\":\"authentication.k8s.io/v1\"}";
    assertThat(failure().finding()).isEqualTo(Finding.UNREACHABLE);
  }

  @Test
  void kubernetesThatIsAwayIsUnreachable() {
    api.stop(0);
    assertThat(failure().ownWords())
        .isEqualTo("Kubernetes did not answer a request for a token in time");
  }
}
