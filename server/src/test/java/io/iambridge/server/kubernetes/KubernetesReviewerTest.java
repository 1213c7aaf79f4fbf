package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.metrics.ReviewOutcome;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.tokens.AccountName;
import io.iambridge.server.tokens.Review;
import io.iambridge.server.tokens.ReviewException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesReviewerTest {
  private static final String TOKEN =
      "e30."
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString("{\"exp\":1795000000}".getBytes(StandardCharsets.UTF_8))
          + ".c2ln";
  private static final String USER =
      """
      "user":{"username":"system:serviceaccount:apps:app","extra":{
        "authentication.kubernetes.io/pod-name":["app-1"],
        "authentication.kubernetes.io/pod-uid":["u1"],
        "authentication.kubernetes.io/node-name":["node-1"]}}\
      """;
  private static final String AUDIENCES = "\"audiences\":[\"pods.eks.amazonaws.com\"]";

  private final List<String> sent = new ArrayList<>();
  private final List<ReviewOutcome> outcomes = new ArrayList<>();
  private volatile int code = 201;
  private volatile String status = "{\"authenticated\":true," + USER + "," + AUDIENCES + "}";
  private HttpServer api;
  private KubernetesClient client;
  private KubernetesReviewer reviewer;

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/apis/authentication.k8s.io/v1/tokenreviews",
        exchange -> {
          sent.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body =
              ("{\"kind\":\"TokenReview\",\"apiVersion\":\"authentication.k8s.io/v1\",\"status\":"
                      + status
                      + "}")
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
    ServerMetrics metrics =
        new ServerMetrics() {
          @Override
          public void tokenReviewed(ReviewOutcome outcome, Duration latency) {
            outcomes.add(outcome);
          }
        };
    reviewer = KubernetesReviewer.ofPods(client, new FakeClock(), metrics);
  }

  @AfterEach
  void stop() {
    client.close();
    api.stop(0);
  }

  @Test
  void anAuthenticTokenTellsPodNodeAndEnd() throws Exception {
    assertThat(reviewer.review(TOKEN))
        .isEqualTo(
            new Review.Authentic(
                "u1", Optional.of("node-1"), Instant.ofEpochSecond(1_795_000_000L)));
    assertThat(sent)
        .singleElement()
        .asString()
        .contains("\"" + TOKEN + "\"", "[\"pods.eks.amazonaws.com\"]");
    assertThat(outcomes).containsExactly(ReviewOutcome.AUTHENTIC);
  }

  @Test
  void kubernetesBefore130DoesNotTellTheNode() throws Exception {
    status = status.replaceFirst(",\\s*\"authentication.kubernetes.io/node-name\":\\[[^]]*]", "");
    assertThat(reviewer.review(TOKEN))
        .isInstanceOfSatisfying(
            Review.Authentic.class, authentic -> assertThat(authentic.node()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{\"authenticated\":false,\"error\":\"expired\"}",
        // As an authenticator answers that knows no audiences.
        "{\"authenticated\":true," + "USER" + "}",
        "{\"authenticated\":true," + "USER" + ",\"audiences\":[\"sts.amazonaws.com\"]}",
        "{\"authenticated\":true,\"user\":{\"username\":\"admin\"},AUDIENCES}",
        "{\"authenticated\":true,\"user\":{\"username\":\"system:serviceaccount:a:b\"},AUDIENCES}",
      })
  void whatProvesNoPodForUsIsRejected(String answer) throws Exception {
    status = answer.replace("USER", USER).replace("AUDIENCES", AUDIENCES);
    assertThat(reviewer.review(TOKEN)).isInstanceOf(Review.Rejected.class);
    assertThat(outcomes).containsExactly(ReviewOutcome.REJECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"e30.e30.c2ln", "no.jwt", "e30.%%.c2ln", "e30.bm8ganNvbg.c2ln"})
  void aTokenThatDoesNotSayWhenItEndsIsRejected(String token) throws Exception {
    assertThat(reviewer.review(token)).isInstanceOf(Review.Rejected.class);
  }

  @Test
  void anAgentsTokenIsForOurServerAndOfTheAgentsAccount() throws Exception {
    List<ReviewOutcome> ofAgents = new ArrayList<>();
    ServerMetrics metrics =
        new ServerMetrics() {
          @Override
          public void agentTokenReviewed(ReviewOutcome outcome, Duration latency) {
            ofAgents.add(outcome);
          }
        };
    status = status.replace("pods.eks.amazonaws.com", "iambridge-server");
    assertThat(ofAgents("apps/app", metrics).review(TOKEN))
        .isInstanceOfSatisfying(
            Review.Authentic.class, authentic -> assertThat(authentic.node()).hasValue("node-1"));
    assertThat(sent).singleElement().asString().contains("[\"iambridge-server\"]");
    for (String other : List.of("apps/app2", "apps/ap", "kube-system/app")) {
      assertThat(ofAgents(other, metrics).review(TOKEN))
          .isEqualTo(new Review.Rejected("the token is not of service account " + other));
    }
    assertThat(ofAgents.getFirst()).isEqualTo(ReviewOutcome.AUTHENTIC);
    assertThat(ofAgents.getLast()).isEqualTo(ReviewOutcome.REJECTED);
    assertThat(outcomes).isEmpty();
    status = status.replace("iambridge-server", "pods.eks.amazonaws.com");
    assertThat(ofAgents("apps/app", metrics).review(TOKEN)).isInstanceOf(Review.Rejected.class);
  }

  private KubernetesReviewer ofAgents(String account, ServerMetrics metrics) {
    return KubernetesReviewer.ofAgents(
        client, AccountName.parse(account), new FakeClock(), metrics);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 500, 503})
  void withoutAnAnswerOfKubernetesThereIsNone(int failure) {
    code = failure;
    status = "{}";
    assertThatThrownBy(() -> reviewer.review(TOKEN))
        .isInstanceOf(ReviewException.class)
        .hasMessageContaining(failure < 500 ? "may not create tokenreviews" : "HTTP " + failure)
        .hasNoCause()
        .message()
        .doesNotContain(TOKEN, "\n");
    assertThat(outcomes).containsExactly(ReviewOutcome.FAILED);
    assertThat(sent).hasSize(1);
  }

  @Test
  void anApiServerThatIsAwayIsSaidToBe() {
    api.stop(0);
    assertThatThrownBy(() -> reviewer.review(TOKEN))
        .isInstanceOf(ReviewException.class)
        .hasMessageContaining("did not answer");
  }
}
