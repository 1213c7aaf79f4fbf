package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.grpc.Context;
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
import io.iambridge.proto.v1.Caller;
import io.iambridge.proto.v1.ConfirmCallerRequest;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import io.iambridge.proto.v1.ReviewTokenRequest;
import io.iambridge.proto.v1.ReviewTokenResponse;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.proto.v1.WatchCallersResponse;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.tokens.AgentTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
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
  private static final String A_PODS_ADDRESS = "127.0.0.11";
  private static final String LOOPBACK = "127.0.0.1";
  private static final String REFUSED = "refused: ";

  /** For how long a watch is heard after its first message. */
  private static final Duration AFTERWARDS = Duration.ofMillis(300);

  private static final AtomicLong BATCHES = new AtomicLong();

  private static Sandbox sandbox;
  private static ManagedChannel channel;
  private static Address podOfB;
  private static ReviewTokenResponse hostPodOfB;

  @BeforeAll
  static void start() throws Exception {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    sandbox.agentTokens().file(B);
    createPodsOfB();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", sandbox.server().port())
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(sandbox.authority().caFile().toFile())
                    .build())
            .build();
    await()
        .atMost(PATIENCE)
        .until(() -> first(agentOf(B)).toString().contains("\"" + B_ADDRESS + "\""));
    podOfB = first(agentOf(B)).getSnapshot().getAddresses(0);
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> !reviewed(agentOf(B), "far-host", LOOPBACK).getCaller().getPodUid().isEmpty());
    hostPodOfB = reviewed(agentOf(B), "far-host", LOOPBACK);
    await()
        .atMost(PATIENCE)
        .until(() -> first(agentOf(A)).toString().contains("\"" + A_PODS_ADDRESS + "\""));
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    sandbox.close();
  }

  private static void createPodsOfB() {
    createPodOfB("far", B_ADDRESS, /* hostNetwork= */ false);
    createPodOfB("far-host", "127.0.0.72", /* hostNetwork= */ true);
  }

  private static void createPodOfB(String name, String address, boolean hostNetwork) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .addToAnnotations("iam.amazonaws.com/role", "admin")
            // So that each has a session of its own.
            .addToAnnotations("iam.amazonaws.com/session-name", name)
            .endMetadata()
            .withNewSpec()
            .withNodeName(B)
            .withHostNetwork(hostNetwork)
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .withPodIP(address)
            .addNewPodIP(address)
            .endStatus()
            .build();
    sandbox.client().pods().inNamespace("data").resource(pod).create();
  }

  private static AgentServiceBlockingStub agentOf(String node) {
    return stub(sandbox.agentTokens().issue(node), node);
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

  /** What each method of the contract gives to somebody who wants B's pods, and gives B's agent. */
  private static Map<String, Function<AgentServiceBlockingStub, String>> attempts() {
    Map<String, Function<AgentServiceBlockingStub, String>> attempts = new LinkedHashMap<>();
    attempts.put("WatchCallers", NodeProofTest::watched);
    attempts.put("GetCredentials", stub -> credentials(stub, podOfB.getCaller(), ""));
    attempts.put(
        "GetCredentials of a hostNetwork pod",
        stub -> credentials(stub, hostPodOfB.getCaller(), tokenOf("far-host")));
    attempts.put("ReviewToken", stub -> reviewed(stub, "far", B_ADDRESS).toString());
    attempts.put(
        "ReviewToken of a hostNetwork pod",
        stub -> reviewed(stub, "far-host", LOOPBACK).toString());
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
    attempts.put(
        "ReportEvidence",
        stub -> {
          var kept =
              stub.reportEvidence(
                  ReportEvidenceRequest.newBuilder()
                      .setBatch("nodeproof-" + BATCHES.incrementAndGet())
                      .addEvidence(
                          Evidence.newBuilder()
                              .setPodUid(podOfB.getCaller().getPodUid())
                              .setPath(Evidence.Path.IMDS_V1)
                              .setOutcome(Evidence.Outcome.REFUSED)
                              .setCalls(1))
                      .build());
          return "kept" + kept;
        });
    return attempts;
  }

  /** What a token that was stolen from B's pod gives to whoever shows it elsewhere. */
  private static Map<String, Function<AgentServiceBlockingStub, String>> thefts() {
    Map<String, Function<AgentServiceBlockingStub, String>> thefts = new LinkedHashMap<>();
    for (String pod : List.of("far", "far-host")) {
      thefts.put(
          "ReviewToken of " + pod + " from A's pod",
          stub -> reviewed(stub, pod, A_PODS_ADDRESS).toString());
    }
    thefts.put(
        "ReviewToken of far from loopback", stub -> reviewed(stub, "far", LOOPBACK).toString());
    return thefts;
  }

  private static Map<String, Function<AgentServiceBlockingStub, String>> attemptsOfOthers() {
    Map<String, Function<AgentServiceBlockingStub, String>> all = attempts();
    all.putAll(thefts());
    return all;
  }

  private static String credentials(AgentServiceBlockingStub stub, Caller caller, String token) {
    return stub.getCredentials(
            GetCredentialsRequest.newBuilder()
                .setPodUid(caller.getPodUid())
                .setSession(caller.getBinding().getSession())
                .setToken(token)
                .build())
        .getAccessKeyId();
  }

  private static ReviewTokenResponse reviewed(
      AgentServiceBlockingStub stub, String pod, String source) {
    return stub.reviewToken(
        ReviewTokenRequest.newBuilder().setToken(tokenOf(pod)).setSourceIp(source).build());
  }

  private static String tokenOf(String pod) {
    return sandbox.tokens().podIdentityToken("data", pod);
  }

  private static WatchCallersResponse first(AgentServiceBlockingStub stub) {
    try (Context.CancellableContext watching = Context.current().withCancellation()) {
      AtomicReference<WatchCallersResponse> first = new AtomicReference<>();
      watching.run(() -> first.set(watch(stub).next()));
      return first.get();
    }
  }

  /** All that a watch says until a moment after its first message. */
  private static String watched(AgentServiceBlockingStub stub) {
    StringBuilder heard = new StringBuilder();
    try (Context.CancellableContext watching = Context.current().withCancellation()) {
      watching.run(() -> {
        Iterator<WatchCallersResponse> messages = watch(stub);
        heard.append(messages.next());
        CompletableFuture.delayedExecutor(AFTERWARDS.toMillis(), TimeUnit.MILLISECONDS)
            .execute(() -> watching.cancel(null));
        try {
          messages.forEachRemaining(heard::append);
        } catch (StatusRuntimeException e) {
          assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
        }
      });
    }
    return heard.toString();
  }

  private static Iterator<WatchCallersResponse> watch(AgentServiceBlockingStub stub) {
    return stub.watchCallers(WatchCallersRequest.getDefaultInstance());
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
    assertThat(attempts().keySet().stream().map(NodeProofTest::method).collect(Collectors.toSet()))
        .as("a new call needs an attempt here")
        .isEqualTo(
            new TreeSet<>(
                AgentServiceGrpc.getServiceDescriptor().getMethods().stream()
                    .map(MethodDescriptor::getBareMethodName)
                    .toList()));
  }

  private static String method(String attempt) {
    return attempt.split(" ", 2)[0];
  }

  @Test
  void nodeBsOwnAgentGetsItsPodByEveryMethod() {
    AgentServiceBlockingStub own = agentOf(B);
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
            "ReportEvidence", REFUSED + "OTHER_NODE",
            "ReviewToken", REFUSED + "TOKEN_OTHER_CALLER");
    int refused = 0;
    for (String claim : new @Nullable String[] {A, null}) {
      for (var attempt : attemptsOfOthers().entrySet()) {
        String method = method(attempt.getKey());
        String got = attempt(stub(token, claim), attempt.getValue());
        if (method.equals("WatchCallers")) {
          assertThat(got)
              .contains(A_PODS_ADDRESS)
              .doesNotContain(
                  B_ADDRESS,
                  podOfB.getCaller().getPodUid(),
                  hostPodOfB.getCaller().getPodUid(),
                  "far");
        } else {
          assertThat(got).as(attempt.getKey()).isEqualTo(expected.get(method));
          refused++;
        }
      }
    }
    assertThat(refusals() - before).isEqualTo(refused);
    assertAudited("\"reason\":\"OTHER_NODE\"", "\"pod\":\"far\"", "\"askedBy\":\"" + A + "\"");
    assertAudited("\"reason\":\"OTHER_NODE\"", "\"pod\":\"far-host\"", "\"askedBy\":\"" + A + "\"");
    assertAudited("\"reason\":\"TOKEN_OTHER_CALLER\"", "\"askedBy\":\"" + A + "\"");
    for (String kind : List.of("OTHER_NODES_POD", "TOKEN_OF_ANOTHER_CALLER")) {
      assertAudited(securityEvent(kind), "\"node\":\"" + A + "\"");
    }
  }

  /** One line has all of it. */
  private static void assertAudited(String... parts) throws IOException {
    assertThat(Files.readAllLines(sandbox.auditLog()))
        .anySatisfy(line -> assertThat(line).contains(parts));
  }

  private static String securityEvent(String kind) {
    return "\"audit\":\"security_event\",\"kind\":\"" + kind + "\"";
  }

  @Test
  void nodeAsAgentThatSaysToBeOnNodeBIsRefusedByEveryMethod() throws Exception {
    assertRefusedEverywhere(sandbox.agentTokens().issue(A), "NODE_MISMATCH", "NODE_MISMATCH");
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
      assertRefusedEverywhere(entry.getValue(), "NODE_UNKNOWN", "AGENT_NOT_PROVED");
    }
  }

  @Test
  void theTokenOfAnAgentWhosePodIsGoneIsWorthNothing() throws Exception {
    sandbox.agentTokens().file("node-3");
    String token = sandbox.agentTokens().issue("node-3");
    assertThat(first(stub(token, "node-3")).toString()).contains("snapshot");
    sandbox
        .client()
        .pods()
        .inNamespace(AgentTokens.NAMESPACE)
        .withName(AgentTokens.podName("node-3"))
        .delete();
    await()
        .atMost(PATIENCE)
        .until(() ->
            attempt(stub(token, "node-3"), stub -> first(stub).toString())
                .equals(REFUSED + "NODE_UNKNOWN"));
  }

  private static void assertRefusedEverywhere(@Nullable String token, String reason, String kind)
      throws Exception {
    double refusals = refusals();
    double events = securityEvents(kind);
    var attempts = attemptsOfOthers();
    attempts.forEach((name, call) ->
        assertThat(attempt(stub(token, B), call)).as(name).isEqualTo(REFUSED + reason));
    assertThat(refusals() - refusals).isEqualTo(attempts.size());
    assertThat(securityEvents(kind) - events).isEqualTo(attempts.size());
    assertAudited(securityEvent(kind), "\"peer\":\"127.0.0.1:");
  }

  /** All refusals that the server has counted, whatever for. */
  private static double refusals() throws IOException, InterruptedException {
    return sum("iambridge_server_refusals_total{");
  }

  private static double securityEvents(String kind) throws IOException, InterruptedException {
    return sum(
        "iambridge_server_security_events_total{kind=\"" + kind.toLowerCase(Locale.ROOT) + "\"}");
  }

  private static double sum(String series) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + sandbox.server().adminPort() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(series))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }
}
