package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.iambridge.agent.Agent;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.sandbox.eksagent.EksAgentEmulator;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.tokens.PodTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * 169.254.170.23 with real tokens, real reviews, TLS, server and agent. Tests share one sandbox.
 */
final class PodIdentityTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String ROLE = "iam.amazonaws.com/role";
  private static final String CART = "arn:aws:sts::123456789012:assumed-role/cart/kiam-kiam";
  private static final String ADMIN = "arn:aws:sts::123456789012:assumed-role/admin/kiam-kiam";
  private static final String CART_AT = "127.0.0.11";

  private static final ListAppender<ILoggingEvent> LOGGED = new ListAppender<>();
  private static Sandbox sandbox;

  @BeforeAll
  static void start() {
    Logger ours = (Logger) LoggerFactory.getLogger("io.iambridge");
    ours.setLevel(Level.DEBUG);
    LOGGED.start();
    ours.addAppender(LOGGED);
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    await().atMost(PATIENCE).until(() -> Gets.at(sandbox, CART_AT).status() == 200);
  }

  @AfterAll
  static void stop() {
    sandbox.close();
    Logger ours = (Logger) LoggerFactory.getLogger("io.iambridge");
    ours.detachAppender(LOGGED);
    ours.setLevel(null);
  }

  private static Gets ask(String address, String token) throws IOException {
    return Gets.byToken(sandbox, sandbox.podAt(address), token);
  }

  private static void pod(String namespace, String name, String address, String role) {
    DemoCluster.createPod(
        sandbox.client(), new DemoPod(namespace, name, address, Map.of(ROLE, role), 0, "", ""));
  }

  private static void awaitGets(String address, String namespace, String name, Gets expected) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(ask(address, sandbox.tokens().podIdentityToken(namespace, name)))
                .isEqualTo(expected));
  }

  private static void assertRefused(
      String address, String token, int status, String code, String reason) throws IOException {
    Gets got = ask(address, token);
    assertThat(got.status()).as(got.text()).isEqualTo(status);
    assertThat(got.text()).contains("(" + code + "): " + reason + ": ").doesNotContain(token);
  }

  @Test
  void everyDemoPodGetsByItsTokenWhatItGetsByItsAddress() throws IOException {
    for (DemoPod pod : DemoCluster.PODS) {
      await().atMost(PATIENCE).until(() -> Gets.at(sandbox, pod.address()).fits(pod));
      Gets got = ask(pod.address(), sandbox.tokens().podIdentityToken(pod.namespace(), pod.name()));
      if (pod.status() == 200) {
        assertThat(got).as(pod.fullName()).isEqualTo(new Gets(200, pod.gets()));
      } else {
        // EKS Auth's AccessDenied is a 400.
        assertThat(got.status()).as(pod.fullName()).isEqualTo(pod.status() == 403 ? 400 : 404);
      }
    }
  }

  @Test
  void theAnswerCarriesTheRolesAccount() throws IOException {
    PodAnswer answer =
        sandbox
            .podAt("127.0.0.13")
            .podIdentity(sandbox.tokens().podIdentityToken("data", "reports"));
    assertThat(answer.body()).contains("\"AccountId\":\"210987654321\"");
    assertThat(answer.header("content-type")).hasValue("application/json");
  }

  @Test
  void aTokenIsGoodForItsAudienceAndTimeOnly() throws IOException {
    PodTokens tokens = sandbox.tokens();
    String good = tokens.podIdentityToken("shop", "cart");
    for (String bad :
        List.of(
            tokens.token("shop", "cart", "sts.amazonaws.com"),
            tokens.token("shop", "cart", "https://kubernetes.default.svc.cluster.local"),
            tokens.endingIn(Duration.ofMinutes(-1), "shop", "cart"),
            good.substring(0, good.length() - 4) + "AAAA",
            "e30.e30.c2ln")) {
      assertRefused(CART_AT, bad, 400, "InvalidTokenException", "TOKEN_INVALID");
    }
    assertThat(ask(CART_AT, tokens.endingIn(Duration.ofMinutes(1), "shop", "cart")))
        .isEqualTo(new Gets(200, CART));
    assertThat(ask(CART_AT, "a.b." + "c".repeat(20_000)).status()).isEqualTo(431);
    assertThat(ask(CART_AT, good)).isEqualTo(new Gets(200, CART));
  }

  @Test
  void aStolenTokenIsWorthNothing() throws IOException {
    String ofNeighbour = sandbox.tokens().podIdentityToken("shop", "cart");
    assertRefused("127.0.0.14", ofNeighbour, 400, "AccessDeniedException", "TOKEN_OTHER_CALLER");
    sandbox
        .client()
        .pods()
        .inNamespace("data")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("far")
                .addToAnnotations(ROLE, "admin")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-2")
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP("127.0.0.71")
                .addNewPodIP("127.0.0.71")
                .endStatus()
                .build())
        .create();
    String ofOtherNode = sandbox.tokens().podIdentityToken("data", "far");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertRefused(
                CART_AT, ofOtherNode, 400, "AccessDeniedException", "TOKEN_OTHER_CALLER"));
    // Nobody of this node is there, and it is not the node: the token is not even looked at.
    assertRefused("127.0.0.71", ofOtherNode, 503, "ServiceUnavailableException", "CALLER_UNKNOWN");
  }

  @Test
  void anAddressThatGoesToAnotherPodIsWorthNothingToTheLastOnesToken() throws IOException {
    pod("shop", "first", "127.0.0.61", "shop/cart");
    awaitGets("127.0.0.61", "shop", "first", new Gets(200, CART));
    String first = sandbox.tokens().podIdentityToken("shop", "first");
    assertThat(ask("127.0.0.61", first)).isEqualTo(new Gets(200, CART));
    sandbox.client().pods().inNamespace("shop").withName("first").delete();
    pod("data", "second", "127.0.0.61", "admin");
    awaitGets("127.0.0.61", "data", "second", new Gets(200, ADMIN));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertRefused("127.0.0.61", first, 400, "InvalidTokenException", "TOKEN_INVALID"));
  }

  @Test
  void aPodOfTheSameNameIsAnotherPod() throws IOException {
    pod("shop", "again", "127.0.0.62", "shop/cart");
    awaitGets("127.0.0.62", "shop", "again", new Gets(200, CART));
    String first = sandbox.tokens().podIdentityToken("shop", "again");
    assertThat(ask("127.0.0.62", first).status()).isEqualTo(200);
    sandbox.client().pods().inNamespace("shop").withName("again").delete();
    pod("shop", "again", "127.0.0.62", "shop/cart");
    awaitGets("127.0.0.62", "shop", "again", new Gets(200, CART));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertRefused("127.0.0.62", first, 400, "InvalidTokenException", "TOKEN_INVALID"));
  }

  @Test
  void aTokenThatTheKubeletRotatesIsReviewedAndServed(@TempDir Path volume) throws IOException {
    Path file = volume.resolve("eks-pod-identity-token");
    for (int i = 0; i < 3; i++) {
      PodTokens.write(file, sandbox.tokens().podIdentityToken("shop", "cart"));
      int before = sandbox.kubernetes().tokens().reviewed(PodTokens.POD_IDENTITY);
      for (int j = 0; j < 3; j++) {
        assertThat(ask(CART_AT, Files.readString(file))).isEqualTo(new Gets(200, CART));
      }
      assertThat(sandbox.kubernetes().tokens().reviewed(PodTokens.POD_IDENTITY) - before)
          .isEqualTo(1);
    }
  }

  @Test
  void aHostNetworkPodIsKnownByItsTokenAlone() throws IOException {
    sandbox
        .client()
        .pods()
        .inNamespace("data")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("host")
                .addToAnnotations(ROLE, "admin")
                .endMetadata()
                .withNewSpec()
                .withHostNetwork(true)
                .endSpec()
                .build())
        .create();
    awaitGets("127.0.0.1", "data", "host", new Gets(200, ADMIN));
    String token = sandbox.tokens().podIdentityToken("data", "host");
    // Its address alone says nothing, and its token nothing elsewhere.
    assertThat(sandbox.podAt("127.0.0.1").roles(Optional.empty()).status()).isEqualTo(503);
    assertRefused(CART_AT, token, 400, "AccessDeniedException", "TOKEN_OTHER_CALLER");
    assertRefused(
        "127.0.0.1",
        sandbox.tokens().podIdentityToken("shop", "cart"),
        400,
        "AccessDeniedException",
        "TOKEN_OTHER_CALLER");
    assertThat(ask("127.0.0.1", token)).isEqualTo(new Gets(200, ADMIN));
    sandbox.client().pods().inNamespace("data").withName("host").delete();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertRefused("127.0.0.1", token, 400, "InvalidTokenException", "TOKEN_INVALID"));
  }

  @Test
  void ipv6CallersAndHostsAreServed() throws IOException {
    Agent six =
        sandbox.startAgent("--listen-address=::1", "--port=0", "--admin-address=127.0.0.1:0");
    pod("shop", "six", "::1", "shop/cart");
    PodClient client =
        new PodClient(
            InetAddress.ofLiteral("::1"),
            new InetSocketAddress(InetAddress.ofLiteral("::1"), six.port()));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    client
                        .podIdentity(
                            "[fd00:ec2::23]:80", sandbox.tokens().podIdentityToken("shop", "six"))
                        .status())
                .isEqualTo(200));
  }

  @Test
  void whileKubernetesIsAwayKnownTokensAreServedAndNewOnesWait() throws IOException {
    String known = sandbox.tokens().podIdentityToken("shop", "cart");
    String fresh = sandbox.tokens().podIdentityToken("shop", "cart");
    assertThat(ask(CART_AT, known)).isEqualTo(new Gets(200, CART));
    sandbox.kubernetes().goDown();
    try {
      assertThat(ask(CART_AT, known)).isEqualTo(new Gets(200, CART));
      assertRefused(CART_AT, fresh, 503, "ServiceUnavailableException", "TOKEN_REVIEW_UNAVAILABLE");
    } finally {
      sandbox.kubernetes().comeBack();
    }
    await().atMost(PATIENCE).until(() -> ask(CART_AT, fresh).status() == 200);
  }

  @Test
  void forwardHandsCallersWithoutABindingToTheEksAgent() throws IOException {
    String eksRole = "arn:aws:iam::123456789012:role/website";
    sandbox
        .iam()
        .putRole(
            eksRole,
            TrustPolicy.parse(
                """
                {"Version": "2012-10-17", "Statement": [{
                  "Effect": "Allow",
                  "Principal": {"Service": "pods.eks.amazonaws.com"},
                  "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
                """));
    try (EksAgentEmulator eks =
        EksAgentEmulator.start(
            "sandbox",
            sandbox.client(),
            sandbox.iam(),
            List.of(EksAgentEmulator.loopback(0)),
            sandbox.clock(),
            new SecureRandom())) {
      eks.associate("shop", "default", eksRole);
      Agent agent =
          sandbox.startAgent(
              "--port=0",
              "--admin-address=127.0.0.1:0",
              "--pod-identity=forward",
              "--pod-identity-agent=127.0.0.1:" + eks.addresses().getFirst().getPort());
      PodClient cart = at(CART_AT, agent);
      String cartToken = sandbox.tokens().podIdentityToken("shop", "cart");
      await().atMost(PATIENCE).until(() -> cart.roles(Optional.empty()).status() == 200);
      assertThat(Gets.byToken(sandbox, cart, cartToken)).isEqualTo(new Gets(200, CART));
      assertThat(eks.requests()).isEmpty();

      PodClient website = at("127.0.0.15", agent);
      Gets got =
          Gets.byToken(sandbox, website, sandbox.tokens().podIdentityToken("shop", "website"));
      assertThat(got.status()).as(got.text()).isEqualTo(200);
      assertThat(got.text())
          .startsWith("arn:aws:sts::123456789012:assumed-role/website/eks-sandbox-website-");
      assertThat(eks.requests())
          .singleElement()
          .satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.target()).isEqualTo("/v1/credentials");
            assertThat(request.headers()).containsOnlyKeys("host", "authorization", "connection");
            assertThat(request.toString()).doesNotContain("ey");
          });
      assertThat(Gets.byToken(sandbox, at("127.0.0.18", agent), "e30.e30.c2ln").text())
          .contains("(InvalidTokenException): The token included in the request is invalid");
    }
  }

  private static PodClient at(String address, Agent agent) {
    return new PodClient(
        InetAddress.ofLiteral(address),
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), agent.port()));
  }

  @Test
  void noTokenIsLoggedOrCounted() throws Exception {
    String token = sandbox.tokens().podIdentityToken("shop", "payments");
    assertThat(ask("127.0.0.12", token).status()).isEqualTo(200);
    assertThat(ask(CART_AT, token).status()).isEqualTo(400);
    List<String> parts = List.of(token.split("\\.", -1)).subList(1, 3);
    assertThat(List.copyOf(LOGGED.list)).isNotEmpty();
    for (ILoggingEvent event : List.copyOf(LOGGED.list)) {
      assertThat(event.getFormattedMessage() + event.getKeyValuePairs() + event.getThrowableProxy())
          .doesNotContain(parts);
    }
    for (int port : List.of(sandbox.agent().adminPort(), sandbox.server().adminPort())) {
      try (HttpClient client = HttpClient.newHttpClient()) {
        URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
        assertThat(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body())
            .contains("iambridge_")
            .doesNotContain(parts);
      }
    }
  }
}
