package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.AgentServiceGrpc.AgentServiceBlockingStub;
import io.iambridge.proto.v1.ConfirmCallerRequest;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.ReviewTokenRequest;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.tokens.AgentTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whoever has a true identity of node A's agent, or anything else that looks like one, and tries to
 * get node B's pod: in every call of the contract, with real tokens, real reviews and real TLS.
 */
final class NodeProofTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String A = Sandbox.NODE;
  private static final String B = "node-2";
  private static final String B_ADDRESS = "127.0.0.71";
  private static final String REFUSED = "refused: ";

  private static Sandbox sandbox;
  private static ManagedChannel channel;
  private static Address podOfB;

  @BeforeAll
  static void start() throws Exception {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    sandbox.agentTokens().file(B);
    createPodOfB();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", sandbox.server().port())
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(sandbox.authority().caFile().toFile())
                    .build())
            .build();
    await()
        .atMost(PATIENCE)
        .until(() ->
            watched(stub(sandbox.agentTokens().issue(B), B)).contains("\"" + B_ADDRESS + "\""));
    podOfB =
        stub(sandbox.agentTokens().issue(B), B)
            .watchCallers(WatchCallersRequest.getDefaultInstance())
            .next()
            .getSnapshot()
            .getAddresses(0);
    await()
        .atMost(PATIENCE)
        .until(() -> watched(stub(sandbox.agentTokens().issue(A), A)).contains("\"127.0.0.11\""));
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    sandbox.close();
  }

  private static void createPodOfB() {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("far")
            .addToAnnotations("iam.amazonaws.com/role", "admin")
            .endMetadata()
            .withNewSpec()
            .withNodeName(B)
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .withPodIP(B_ADDRESS)
            .addNewPodIP(B_ADDRESS)
            .endStatus()
            .build();
    sandbox.client().pods().inNamespace("data").resource(pod).create();
  }

  private static AgentServiceBlockingStub stub(@Nullable String token, @Nullable String claim) {
    Metadata headers = new Metadata();
    if (token != null) {
      headers.put(WireKeys.AUTHORIZATION, WireKeys.BEARER + token);
    }
    if (claim != null) {
      headers.put(WireKeys.NODE, claim);
    }
    return AgentServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** What each method of the contract gives to somebody who wants B's pod. */
  private static Map<String, Function<AgentServiceBlockingStub, String>> attempts() {
    Map<String, Function<AgentServiceBlockingStub, String>> attempts = new LinkedHashMap<>();
    attempts.put("WatchCallers", NodeProofTest::watched);
    attempts.put(
        "GetCredentials",
        stub ->
            stub.getCredentials(
                    GetCredentialsRequest.newBuilder()
                        .setPodUid(podOfB.getCaller().getPodUid())
                        .setSession(podOfB.getCaller().getBinding().getSession())
                        .build())
                .getAccessKeyId());
    attempts.put(
        "ReviewToken",
        stub ->
            stub.reviewToken(
                    ReviewTokenRequest.newBuilder()
                        .setToken(sandbox.tokens().podIdentityToken("data", "far"))
                        .setSourceIp(B_ADDRESS)
                        .build())
                .getCaller()
                .toString());
    attempts.put(
        "ConfirmCaller",
        stub -> {
          var confirmed =
              stub.confirmCaller(
                  ConfirmCallerRequest.newBuilder()
                      .setPodUid(podOfB.getCaller().getPodUid())
                      .setIp(B_ADDRESS)
                      .build());
          return "confirmed" + confirmed;
        });
    return attempts;
  }

  private static String watched(AgentServiceBlockingStub stub) {
    return stub.watchCallers(WatchCallersRequest.getDefaultInstance()).next().toString();
  }

  private static String attempt(
      AgentServiceBlockingStub stub, Function<AgentServiceBlockingStub, String> call) {
    try {
      return call.apply(stub);
    } catch (StatusRuntimeException e) {
      Metadata trailers = Objects.requireNonNull(Status.trailersFromThrowable(e), e::toString);
      return REFUSED + trailers.get(WireKeys.REASON);
    }
  }

  @Test
  void everyMethodOfTheContractIsTried() {
    assertThat(attempts().keySet())
        .as("a new call needs an attempt here")
        .isEqualTo(
            new TreeSet<>(
                AgentServiceGrpc.getServiceDescriptor().getMethods().stream()
                    .map(MethodDescriptor::getBareMethodName)
                    .toList()));
  }

  @Test
  void nodeBsOwnAgentGetsItsPodByEveryMethod() {
    AgentServiceBlockingStub own = stub(sandbox.agentTokens().issue(B), B);
    attempts()
        .forEach((method, call) ->
            assertThat(attempt(own, call)).as(method).isNotEmpty().doesNotStartWith(REFUSED));
  }

  @Test
  void nodeAsAgentGetsNothingOfNodeBsPodByAnyMethod() throws Exception {
    double before = refusals();
    String token = sandbox.agentTokens().issue(A);
    Map<String, String> expected =
        Map.of(
            "GetCredentials", REFUSED + "OTHER_NODE",
            "ConfirmCaller", REFUSED + "OTHER_NODE",
            "ReviewToken", REFUSED + "TOKEN_OTHER_CALLER");
    int refused = 0;
    for (String claim : new @Nullable String[] {A, null}) {
      for (var method : attempts().entrySet()) {
        String got = attempt(stub(token, claim), method.getValue());
        if (method.getKey().equals("WatchCallers")) {
          assertThat(got)
              .contains("127.0.0.11")
              .doesNotContain(B_ADDRESS, podOfB.getCaller().getPodUid(), "far");
        } else {
          assertThat(got).as(method.getKey()).isEqualTo(expected.get(method.getKey()));
          refused++;
        }
      }
    }
    assertThat(refusals() - before).isEqualTo(refused);
    assertThat(Files.readString(sandbox.auditLog()))
        .contains("\"kind\":\"OTHER_NODES_POD\"", "\"askedBy\":\"" + A + "\"");
  }

  @Test
  void nodeAsAgentThatSaysToBeOnNodeBIsRefusedByEveryMethod() throws Exception {
    assertRefusedEverywhere(sandbox.agentTokens().issue(A), "NODE_MISMATCH");
  }

  @Test
  void whatIsNoTokenOfAnAgentIsRefusedByEveryMethod() throws Exception {
    String agentOfB = AgentTokens.podName(B);
    sandbox
        .client()
        .pods()
        .inNamespace(AgentTokens.NAMESPACE)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("other")
                .endMetadata()
                .withNewSpec()
                .withNodeName(B)
                .withServiceAccountName("default")
                .endSpec()
                .build())
        .create();
    String good = sandbox.agentTokens().issue(B);
    Map<String, @Nullable String> wrong = new LinkedHashMap<>();
    wrong.put("none", null);
    wrong.put("garbage", "e30.e30.c2ln");
    wrong.put("forged", good.substring(0, good.length() - 4) + "AAAA");
    wrong.put(
        "of a pod of node B", sandbox.tokens().token("data", "far", WireKeys.SERVER_AUDIENCE));
    wrong.put("of a pod for Pod Identity", sandbox.tokens().podIdentityToken("data", "far"));
    wrong.put(
        "of another account of the agents' namespace",
        sandbox.tokens().token(AgentTokens.NAMESPACE, "other", WireKeys.SERVER_AUDIENCE));
    for (String audience :
        List.of("pods.eks.amazonaws.com", "https://kubernetes.default.svc.cluster.local")) {
      wrong.put(
          "for " + audience, sandbox.tokens().token(AgentTokens.NAMESPACE, agentOfB, audience));
    }
    wrong.put(
        "expired",
        sandbox
            .tokens()
            .endingIn(
                Duration.ofMinutes(-1), AgentTokens.NAMESPACE, agentOfB, WireKeys.SERVER_AUDIENCE));
    for (var entry : wrong.entrySet()) {
      assertThat(entry.getKey()).isNotEmpty();
      assertRefusedEverywhere(entry.getValue(), "NODE_UNKNOWN");
    }
  }

  @Test
  void theTokenOfAnAgentWhosePodIsGoneIsWorthNothing() throws Exception {
    sandbox.agentTokens().file("node-3");
    String token = sandbox.agentTokens().issue("node-3");
    assertThat(watched(stub(token, "node-3"))).contains("snapshot");
    sandbox
        .client()
        .pods()
        .inNamespace(AgentTokens.NAMESPACE)
        .withName(AgentTokens.podName("node-3"))
        .delete();
    await()
        .atMost(PATIENCE)
        .until(() ->
            attempt(stub(token, "node-3"), NodeProofTest::watched)
                .equals(REFUSED + "NODE_UNKNOWN"));
  }

  private static void assertRefusedEverywhere(@Nullable String token, String reason)
      throws Exception {
    double before = refusals();
    attempts()
        .forEach((method, call) ->
            assertThat(attempt(stub(token, B), call)).as(method).isEqualTo(REFUSED + reason));
    assertThat(refusals() - before).isEqualTo(attempts().size());
  }

  /** All refusals that the server has counted, whatever for. */
  private static double refusals() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + sandbox.server().adminPort() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith("iambridge_server_refusals_total{"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }
}
