package io.iambridge.server.grpc;

import static io.iambridge.server.testing.ServerFixtures.apps;
import static io.iambridge.server.testing.ServerFixtures.pod;
import static io.iambridge.server.testing.ServerFixtures.podWithRole;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.Context;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.Caller;
import io.iambridge.proto.v1.ConfirmCallerRequest;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.GetCredentialsResponse;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.ReviewTokenRequest;
import io.iambridge.proto.v1.ReviewTokenResponse;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.proto.v1.WatchCallersResponse;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.AuditLog;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.presence.Confirmations;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.Answers;
import io.iambridge.server.testing.FakeEvidenceStore;
import io.iambridge.server.testing.InProcess;
import io.iambridge.server.testing.ServerFixtures;
import io.iambridge.server.tokens.Review;
import io.iambridge.server.tokens.ReviewException;
import io.iambridge.server.tokens.TokenHolders;
import io.iambridge.server.tokens.TokenReviews;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String APP = ServerFixtures.BASE + "app";
  private static final Session SESSION = Session.of(RoleArn.parse(APP), "kiam-kiam");

  private final FakeClock clock = new FakeClock();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Counts counts = new Counts();
  private final List<String> audited = new CopyOnWriteArrayList<>();
  private final List<String> failed = new CopyOnWriteArrayList<>();
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final Map<String, Pod> kubernetes = new ConcurrentHashMap<>();
  private volatile @Nullable IssueException issueFailure;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private final AgentService service =
      new AgentService(
          callers,
          new CredentialsCache(this::issue, threads, clock, new Random(1)),
          new TokenHolders(callers, new TokenReviews(this::review, threads, clock)),
          new Confirmations(callers, this::read, threads),
          FakeEvidenceStore.answers(callers, clock),
          (pod, failure) -> failed.add(pod.fullName() + " " + failure.reason()),
          new AuditLog(audited::add, clock, counts),
          threads,
          clock,
          counts);
  private InProcess server;

  @BeforeEach
  void start() throws Exception {
    server =
        new InProcess(
            ServerInterceptors.intercept(
                GrpcEndpoint.intercepted(service, new ClaimedNode(), clock, counts, Audit.NONE),
                new CallCounts()));
    callers.namespaceChanged(apps(".*:role/app"));
  }

  @AfterEach
  void stop() {
    gate.countDown();
    server.close();
    threads.shutdownNow();
  }

  private Optional<Pod> read(String namespace, String name) {
    return Optional.ofNullable(kubernetes.get(namespace + "/" + name));
  }

  /** Whether the server confirms it to the node, or why not. */
  private String confirm(String node, String podUid, String ip) {
    try {
      var _ =
          AgentServiceGrpc.newBlockingStub(server.channel())
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from(node)))
              .confirmCaller(ConfirmCallerRequest.newBuilder().setPodUid(podUid).setIp(ip).build());
      return "confirmed";
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + " " + reason(e);
    }
  }

  @Test
  void callerIsConfirmedToItsOwnNodeOnlyAndOnlyByWhatKubernetesSaysNow() {
    assertThat(confirm("node-1", "u1", "10.0.0.1")).isEqualTo("UNAVAILABLE SERVER_NOT_READY");
    service.ready();
    Pod pod = podWithRole("u1", "node-1", "10.0.0.1", "app");
    callers.podChanged(pod);
    assertThat(confirm("node-1", "u1", "10.0.0.1")).isEqualTo("NOT_FOUND CALLER_UNKNOWN");
    kubernetes.put(pod.fullName(), pod);
    assertThat(confirm("node-1", "u1", "10.0.0.1")).isEqualTo("confirmed");
    assertThat(confirm("node-2", "u1", "10.0.0.1")).isEqualTo("PERMISSION_DENIED OTHER_NODE");
    assertThat(confirm("node-1", "u1", "no address")).isEqualTo("INTERNAL REASON_UNSPECIFIED");
  }

  @Test
  void callerGetsCredentialsOfItsSession() {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    GetCredentialsResponse response = credentials("node-1", "u1", SESSION.id());
    assertThat(response.getAccessKeyId()).isEqualTo("ASIA-app");
    assertThat(response.getSecretAccessKey()).isEqualTo("secret");
    assertThat(response.getSessionToken()).isEqualTo("token");
    assertThat(response.getIssued().getSeconds()).isEqualTo(clock.instant().getEpochSecond());
    assertThat(response.getExpiration().getSeconds() - response.getIssued().getSeconds())
        .isEqualTo(3600);
  }

  @ParameterizedTest
  @CsvSource({
    // The order of the checks: each row has everything wrong that comes later.
    "false, node-2, nobody, x, UNAVAILABLE, SERVER_NOT_READY",
    "true, node-2, nobody, x, NOT_FOUND, CALLER_UNKNOWN",
    "true, node-1, ended, x, NOT_FOUND, CALLER_UNKNOWN",
    "true, node-1, host-network, x, NOT_FOUND, CALLER_UNKNOWN",
    "true, node-1, no-namespace, x, NOT_FOUND, CALLER_UNKNOWN",
    "true, node-2, denied, x, PERMISSION_DENIED, OTHER_NODE",
    "true, node-1, denied, x, PERMISSION_DENIED, ROLE_NOT_PERMITTED",
    "true, node-1, malformed, x, PERMISSION_DENIED, INVALID_ROLE",
    "true, node-1, roleless, x, FAILED_PRECONDITION, NO_ROLE",
    "true, node-1, good, x, FAILED_PRECONDITION, SESSION_CHANGED",
  })
  void refusalsSayWhy(
      boolean ready, String node, String pod, String session, Status.Code code, Reason reason) {
    if (ready) {
      service.ready();
    }
    Pod good = podWithRole("good", "node-1", "10.0.0.1", "app");
    callers.podChanged(good);
    callers.podChanged(podWithRole("denied", "node-1", "10.0.0.2", "other"));
    callers.podChanged(podWithRole("malformed", "node-1", "10.0.0.3", "arn:foo"));
    callers.podChanged(pod("roleless", "node-1", "10.0.0.4", Map.of()));
    callers.podChanged(changed(good, "ended", "apps", false, true));
    callers.podChanged(changed(good, "host-network", "apps", true, false));
    callers.podChanged(changed(good, "no-namespace", "unseen", false, false));
    assertRefused(node, pod, session, code, reason);
    assertThat(counts.refused).containsExactly(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Node-1", "node_1", "-node", "node..1", "node-1/../x", "nöde"})
  void nodesThatAreNoNodesAreRefused(String node) {
    service.ready();
    Metadata headers = new Metadata();
    headers.put(WireKeys.NODE, node);
    assertThat(new ClaimedNode().nodeOf(headers, io.grpc.Attributes.EMPTY))
        .isInstanceOf(NodeIdentity.Refused.class);
  }

  @Test
  void callsWithoutANodeAreRefused() {
    service.ready();
    StatusRuntimeException e =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                AgentServiceGrpc.newBlockingStub(server.channel())
                    .getCredentials(GetCredentialsRequest.getDefaultInstance()));
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(reason(e)).isEqualTo("NODE_UNKNOWN");
  }

  @ParameterizedTest
  @CsvSource({
    "STS_DENIED, PERMISSION_DENIED",
    "STS_REJECTED, FAILED_PRECONDITION",
    "STS_THROTTLED, RESOURCE_EXHAUSTED",
    "STS_UNAVAILABLE, UNAVAILABLE",
  })
  void failuresOfStsKeepTheirReason(Reason reason, Status.Code code) {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    issueFailure = new IssueException(reason, "AWS's words");
    assertRefused("node-1", "u1", SESSION.id(), code, reason);
    assertThat(failed).containsExactly("apps/pod-u1 " + reason);
  }

  @Test
  void aPodThatLosesItsRoleWhileStsAnswersGetsNothing() throws Exception {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    gate = new CountDownLatch(1);
    Answers<GetCredentialsRequest, GetCredentialsResponse> answers = new Answers<>(false);
    AgentServiceGrpc.newStub(server.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from("node-1")))
        .getCredentials(request("u1", SESSION.id()), answers);
    await().atMost(PATIENCE).until(() -> counts.issued.get() == 1);
    callers.namespaceChanged(apps("nothing"));
    gate.countDown();
    assertThat(reason((StatusRuntimeException) answers.error())).isEqualTo("ROLE_NOT_PERMITTED");
  }

  @Test
  void whatIsGivenIsAuditedWithoutItsSecrets() {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    credentials("node-1", "u1", SESSION.id());
    assertThat(audited)
        .singleElement(as(STRING))
        .contains("\"audit\":\"issued\"")
        .contains("\"podUid\":\"u1\"", "\"node\":\"node-1\"", "\"role\":\"" + APP + "\"")
        .contains("\"accessKeyId\":\"ASIA-app\"", "\"stsRequestId\":\"request-1\"")
        .doesNotContain("\"secret\"", "\"token\"");
  }

  @Test
  void anotherNodesPodIsASecurityEvent() {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    assertRefused("node-2", "u1", SESSION.id(), Status.Code.PERMISSION_DENIED, Reason.OTHER_NODE);
    assertThat(audited).hasSize(2);
    assertThat(audited.get(0))
        .contains("\"audit\":\"denied\"", "\"reason\":\"OTHER_NODE\"")
        .contains("\"node\":\"node-1\"", "\"askedBy\":\"node-2\"");
    assertThat(audited.get(1))
        .contains("\"audit\":\"security_event\"", "\"kind\":\"OTHER_NODES_POD\"")
        .contains("\"node\":\"node-2\"");
  }

  @Test
  void anotherCallersTokenIsASecurityEvent() {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    StatusRuntimeException e =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> reviewToken("node-1", "of-u1", "10.0.0.2"));
    assertThat(reason(e)).isEqualTo("TOKEN_OTHER_CALLER");
    assertThat(audited).hasSize(2);
    assertThat(audited.get(0)).contains("\"reason\":\"TOKEN_OTHER_CALLER\"", "10.0.0.2");
    assertThat(audited.get(1)).contains("\"kind\":\"TOKEN_OF_ANOTHER_CALLER\"");
  }

  @Test
  void whatOnlyWentWrongIsNoDenial() {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    issueFailure = new IssueException(Reason.STS_UNAVAILABLE, "AWS's words");
    assertRefused("node-1", "u1", SESSION.id(), Status.Code.UNAVAILABLE, Reason.STS_UNAVAILABLE);
    assertThat(audited).isEmpty();
  }

  @Test
  void firstAgentGivingUpCancelsNothingForTheRest() throws Exception {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    callers.podChanged(podWithRole("u2", "node-2", "10.0.0.2", "app"));
    gate = new CountDownLatch(1);
    var first = ask("node-1", "u1");
    await().atMost(PATIENCE).until(() -> counts.issued.get() == 1);
    var second = ask("node-2", "u2");
    await().atMost(PATIENCE).until(() -> counts.asked.get() == 2);
    first.cancel();
    assertThat(Status.fromThrowable(first.error()).getCode()).isEqualTo(Status.Code.CANCELLED);
    await().atMost(PATIENCE).until(() -> counts.cancelled.get() == 1);
    gate.countDown();
    assertThat(second.next().getAccessKeyId()).isEqualTo("ASIA-app");
    assertThat(counts.issued.get()).isEqualTo(1);
  }

  @Test
  void aThousandFirstCallsFromTenNodesMakeOneStsCall() throws Exception {
    service.ready();
    for (int node = 0; node < 10; node++) {
      callers.podChanged(podWithRole("u" + node, "node-" + node, "10.0.0.1" + node, "app"));
    }
    gate = new CountDownLatch(1);
    List<Answers<GetCredentialsRequest, GetCredentialsResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      calls.add(ask("node-" + i % 10, "u" + i % 10));
    }
    await().atMost(PATIENCE).until(() -> counts.asked.get() == 1_000);
    gate.countDown();
    for (var call : calls) {
      assertThat(call.next().getAccessKeyId()).isEqualTo("ASIA-app");
    }
    assertThat(counts.issued.get()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyReasonHasACode(Reason reason) {
    assertThat(Refusal.of(reason, "m").getStatus().getCode()).isNotEqualTo(Status.Code.OK);
  }

  @Test
  void aTokenTellsItsPodAndWhatThatMayHave() {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    ReviewTokenResponse response = reviewToken("node-1", "of-u1", "10.0.0.1");
    assertThat(response.getCaller().getPodUid()).isEqualTo("u1");
    assertThat(response.getCaller().getBinding().getSession()).isEqualTo(SESSION.id());
    assertThat(response.getHostNetwork()).isFalse();
    assertThat(response.getTokenExpiration().getSeconds())
        .isEqualTo(clock.instant().plus(Duration.ofHours(1)).getEpochSecond());
  }

  @ParameterizedTest
  @CsvSource({
    "false, node-1, of-u1, 10.0.0.1, UNAVAILABLE, SERVER_NOT_READY",
    "true, node-1, garbage, 10.0.0.1, UNAUTHENTICATED, TOKEN_INVALID",
    "true, node-1, broken, 10.0.0.1, UNAVAILABLE, TOKEN_REVIEW_UNAVAILABLE",
    "true, node-1, of-nobody, 10.0.0.1, NOT_FOUND, CALLER_UNKNOWN",
    "true, node-2, of-u1, 10.0.0.1, PERMISSION_DENIED, TOKEN_OTHER_CALLER",
    "true, node-1, of-u1, 10.0.0.2, PERMISSION_DENIED, TOKEN_OTHER_CALLER",
  })
  void tokensAreRefusedWithTheirReason(
      boolean ready, String node, String token, String source, Status.Code code, Reason reason) {
    if (ready) {
      service.ready();
    }
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    StatusRuntimeException e =
        catchThrowableOfType(StatusRuntimeException.class, () -> reviewToken(node, token, source));
    assertThat(e.getStatus().getCode()).isEqualTo(code);
    assertThat(reason(e)).isEqualTo(reason.name());
    assertThat(e.toString()).doesNotContain(token);
    assertThat(counts.refused).containsExactly(reason);
  }

  @Test
  void aSourceThatIsNoAddressIsAnErrorOfTheAgents() {
    service.ready();
    StatusRuntimeException e =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> reviewToken("node-1", "of-u1", "localhost"));
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
  }

  @ParameterizedTest
  @CsvSource({
    "'', NOT_FOUND, CALLER_UNKNOWN",
    "garbage, UNAUTHENTICATED, TOKEN_INVALID",
    "of-u1, PERMISSION_DENIED, TOKEN_OTHER_CALLER",
    "broken, UNAVAILABLE, TOKEN_REVIEW_UNAVAILABLE",
  })
  void aHostNetworkPodNeedsItsOwnToken(String token, Status.Code code, Reason reason) {
    service.ready();
    Pod pod = podWithRole("u1", "node-1", "10.0.0.1", "app");
    callers.podChanged(pod);
    callers.podChanged(changed(pod, "host", "apps", /* hostNetwork= */ true, /* ended= */ false));
    StatusRuntimeException e =
        catchThrowableOfType(StatusRuntimeException.class, () -> credentialsWith("host", token));
    assertThat(e.getStatus().getCode()).isEqualTo(code);
    assertThat(reason(e)).isEqualTo(reason.name());
    assertThat(counts.issued.get()).isZero();
  }

  @Test
  void aHostNetworkPodGetsCredentialsWithItsToken() {
    service.ready();
    Pod pod = podWithRole("u1", "node-1", "10.0.0.1", "app");
    callers.podChanged(changed(pod, "host", "apps", /* hostNetwork= */ true, /* ended= */ false));
    assertThat(reviewToken("node-1", "of-host", "10.0.9.9").getHostNetwork()).isTrue();
    assertThat(credentialsWith("host", "of-host").getAccessKeyId()).isEqualTo("ASIA-app");
  }

  @Test
  void secretsAreMarkedInTheContractSoThatDebuggersLeaveThemOut() {
    for (Message message :
        List.of(
            ReviewTokenRequest.newBuilder().setToken("sec-ret").build(),
            request("u1", "s").toBuilder().setToken("sec-ret").build(),
            GetCredentialsResponse.newBuilder().setSecretAccessKey("sec-ret").build(),
            GetCredentialsResponse.newBuilder().setSessionToken("sec-ret").build())) {
      assertThat(TextFormat.debugFormatPrinter().printToString(message))
          .isNotEmpty()
          .doesNotContain("sec-ret");
    }
  }

  private ReviewTokenResponse reviewToken(String node, String token, String source) {
    return AgentServiceGrpc.newBlockingStub(server.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from(node)))
        .reviewToken(ReviewTokenRequest.newBuilder().setToken(token).setSourceIp(source).build());
  }

  private GetCredentialsResponse credentialsWith(String uid, String token) {
    return AgentServiceGrpc.newBlockingStub(server.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from("node-1")))
        .getCredentials(request(uid, SESSION.id()).toBuilder().setToken(token).build());
  }

  @Test
  void watchBeginsWithTheSnapshotOfItsNode() throws Exception {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    callers.podChanged(podWithRole("u2", "node-1", "fd00::2", "other"));
    callers.podChanged(pod("u3", "node-1", "10.0.0.3", Map.of()));
    callers.podChanged(podWithRole("u4", "node-2", "10.0.0.4", "app"));
    var answers = watch("node-1", /* slow= */ false);
    List<Address> snapshot = answers.next().getSnapshot().getAddressesList();
    assertThat(snapshot)
        .extracting(Address::getIp)
        .containsExactlyInAnyOrder("10.0.0.1", "fd00:0:0:0:0:0:0:2", "10.0.0.3");
    assertThat(snapshot)
        .filteredOn(address -> address.getIp().equals("10.0.0.1"))
        .singleElement()
        .satisfies(address -> {
          assertThat(address.getCaller().getPodUid()).isEqualTo("u1");
          assertThat(address.getCaller().getBinding().getRoleArn()).isEqualTo(APP);
          assertThat(address.getCaller().getBinding().getSession()).isEqualTo(SESSION.id());
        });
  }

  @Test
  void anEmptyNodeGetsAnEmptySnapshot() throws Exception {
    service.ready();
    WatchCallersResponse first = watch("node-9", /* slow= */ false).next();
    assertThat(first.hasSnapshot()).isTrue();
    assertThat(first.getSnapshot().getAddressesCount()).isZero();
  }

  @Test
  void changesFollowOneByOne() throws Exception {
    service.ready();
    var answers = watch("node-1", /* slow= */ false);
    assertThat(answers.next().hasSnapshot()).isTrue();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    assertThat(answers.next().getChanged().getAddress().getCaller().hasBinding()).isTrue();
    callers.namespaceChanged(apps("nothing"));
    assertThat(answers.next().getChanged().getAddress().getCaller().getDenial().getReason())
        .isEqualTo(Reason.ROLE_NOT_PERMITTED);
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.1", "app"));
    assertThat(answers.next().getChanged().getAddress().getAmbiguous().getPodsList())
        .containsExactly("apps/pod-u1", "apps/pod-u2");
    callers.podDeleted("u1");
    assertThat(answers.next().getChanged().getAddress().getCaller().getPodUid()).isEqualTo("u2");
    callers.podDeleted("u2");
    Address gone = answers.next().getChanged().getAddress();
    assertThat(gone.getIp()).isEqualTo("10.0.0.1");
    assertThat(gone.getStateCase()).isEqualTo(Address.StateCase.STATE_NOT_SET);
  }

  @Test
  void aSlowAgentGetsTheNewestStateOnly() throws Exception {
    service.ready();
    var answers = watch("node-1", /* slow= */ true);
    assertThat(answers.next().hasSnapshot()).isTrue();
    for (int i = 0; i < 1_000; i++) {
      callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", i % 2 == 0 ? "app" : "other"));
    }
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    // What is told of this one ends it: it was changed last.
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.2", "app"));
    answers.request(1_000);
    List<Caller.EntitlementCase> told = new ArrayList<>();
    Address address = answers.next().getChanged().getAddress();
    while (!address.getIp().equals("10.0.0.2")) {
      told.add(address.getCaller().getEntitlementCase());
      address = answers.next().getChanged().getAddress();
    }
    assertThat(told).hasSizeLessThan(100).last().isEqualTo(Caller.EntitlementCase.BINDING);
    assertThat(answers.isEmpty()).isTrue();
  }

  @Test
  void aWatchBeforeTheClusterIsSeenIsRefused() throws Exception {
    var answers = watch("node-1", /* slow= */ false);
    assertThat(reason((StatusRuntimeException) answers.error())).isEqualTo("SERVER_NOT_READY");
  }

  @Test
  void drainingSendsAgentsElsewhere() throws Exception {
    service.ready();
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    var answers = watch("node-1", /* slow= */ false);
    assertThat(answers.next().hasSnapshot()).isTrue();
    service.drain();
    StatusRuntimeException e = (StatusRuntimeException) answers.error();
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(reason(e)).isEqualTo("SERVER_NOT_READY");
    assertRefused("node-1", "u1", SESSION.id(), Status.Code.UNAVAILABLE, Reason.SERVER_NOT_READY);
    await().atMost(PATIENCE).until(() -> counts.agents.get() == 0);
  }

  @Test
  void aWatchEndsWithWhatProvedItsNodeAndOthersGoOn() throws Exception {
    service.ready();
    Instant end = clock.instant().plus(Duration.ofMinutes(10));
    List<SecurityEvent> events = new CopyOnWriteArrayList<>();
    Audit audit =
        new Audit() {
          @Override
          public void securityEvent(SecurityEvent event) {
            events.add(event);
          }
        };
    NodeIdentity ending =
        (headers, _) ->
            headers.containsKey(WireKeys.NODE)
                ? new NodeIdentity.Proved("node-1", end)
                : new NodeIdentity.Refused(
                    Reason.NODE_UNKNOWN,
                    "proves nothing",
                    Optional.of(SecurityEvent.Kind.AGENT_NOT_PROVED));
    var other = watch("node-1", /* slow= */ false);
    assertThat(other.next().hasSnapshot()).isTrue();
    server.close();
    try (InProcess proving =
        new InProcess(GrpcEndpoint.intercepted(service, ending, clock, counts, audit))) {
      Answers<WatchCallersRequest, WatchCallersResponse> answers = new Answers<>(/* slow= */ false);
      AgentServiceGrpc.newStub(proving.channel())
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from("node-1")))
          .watchCallers(WatchCallersRequest.getDefaultInstance(), answers);
      assertThat(answers.next().hasSnapshot()).isTrue();
      clock.advance(Duration.ofMinutes(10).minusMillis(1));
      service.endUnproved();
      callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
      assertThat(answers.next().hasChanged()).isTrue();
      clock.advance(Duration.ofMillis(1));
      service.endUnproved();
      StatusRuntimeException e = (StatusRuntimeException) answers.error();
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(reason(e)).isEqualTo("NODE_UNKNOWN");
      assertThat(counts.refused).isEmpty();

      Answers<WatchCallersRequest, WatchCallersResponse> late = new Answers<>(/* slow= */ false);
      AgentServiceGrpc.newStub(proving.channel())
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from("node-1")))
          .watchCallers(WatchCallersRequest.getDefaultInstance(), late);
      assertThat(reason((StatusRuntimeException) late.error())).isEqualTo("NODE_UNKNOWN");
      assertThat(counts.refused).containsExactly(Reason.NODE_UNKNOWN);
      assertThat(events)
          .singleElement()
          .satisfies(event -> assertThat(event.message()).contains("has ended at"));
      counts.refused.clear();
      events.clear();

      AgentServiceGrpc.newStub(proving.channel())
          .watchCallers(WatchCallersRequest.getDefaultInstance(), answers);
      assertThat(reason((StatusRuntimeException) answers.error())).isEqualTo("NODE_UNKNOWN");
      assertThat(counts.refused).containsExactly(Reason.NODE_UNKNOWN);
      assertThat(events)
          .containsExactly(
              new SecurityEvent(SecurityEvent.Kind.AGENT_NOT_PROVED, "", "", "proves nothing"));
    }
  }

  @Test
  void anAgentThatGoesIsForgotten() throws Exception {
    service.ready();
    var answers = watch("node-1", /* slow= */ false);
    assertThat(answers.next().hasSnapshot()).isTrue();
    assertThat(counts.agents.get()).isEqualTo(1);
    answers.cancel();
    await().atMost(PATIENCE).until(() -> counts.agents.get() == 0);
  }

  private Answers<WatchCallersRequest, WatchCallersResponse> watch(String node, boolean slow) {
    Answers<WatchCallersRequest, WatchCallersResponse> answers = new Answers<>(slow);
    AgentServiceGrpc.newStub(server.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from(node)))
        .watchCallers(WatchCallersRequest.newBuilder().setAgentVersion("t").build(), answers);
    return answers;
  }

  private Answers<GetCredentialsRequest, GetCredentialsResponse> ask(String node, String uid) {
    Answers<GetCredentialsRequest, GetCredentialsResponse> answers = new Answers<>(false);
    AgentServiceGrpc.newStub(server.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from(node)))
        .getCredentials(request(uid, SESSION.id()), answers);
    return answers;
  }

  private GetCredentialsResponse credentials(String node, String uid, String session) {
    return AgentServiceGrpc.newBlockingStub(server.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from(node)))
        .getCredentials(request(uid, session));
  }

  private void assertRefused(
      String node, String uid, String session, Status.Code code, Reason reason) {
    StatusRuntimeException e =
        catchThrowableOfType(StatusRuntimeException.class, () -> credentials(node, uid, session));
    assertThat(e.getStatus().getCode()).isEqualTo(code);
    assertThat(reason(e)).isEqualTo(reason.name());
    assertThat(e.getStatus().getDescription()).isNotEmpty().doesNotContain("\n");
  }

  private static @Nullable String reason(StatusRuntimeException e) {
    return Refusal.trailers(e).get(WireKeys.REASON);
  }

  private static GetCredentialsRequest request(String uid, String session) {
    return GetCredentialsRequest.newBuilder().setPodUid(uid).setSession(session).build();
  }

  private static Metadata from(String node) {
    Metadata headers = new Metadata();
    headers.put(WireKeys.NODE, node);
    return headers;
  }

  private static Pod changed(
      Pod pod, String uid, String namespace, boolean hostNetwork, boolean ended) {
    return new Pod(
        uid,
        namespace,
        "pod-" + uid,
        pod.node(),
        pod.serviceAccount(),
        Set.of(InetAddress.ofLiteral("10.0.9.9")),
        hostNetwork,
        ended,
        /* deleting= */ false,
        pod.started(),
        pod.annotations(),
        Map.of(),
        Origin.ofBarePod("bare"));
  }

  private Credentials issue(Session session) throws IssueException {
    counts.issued.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (Context.current().isCancelled()) {
      throw new IssueException(Reason.STS_UNAVAILABLE, "the caller's context is ours");
    }
    IssueException failure = issueFailure;
    if (failure != null) {
      throw failure;
    }
    return new Credentials(
        "ASIA-" + session.role().name(),
        "secret",
        "token",
        clock.instant(),
        clock.instant().plus(Duration.ofHours(1)),
        "request-1");
  }

  private Review review(String token) throws ReviewException {
    if (token.equals("broken")) {
      throw new ReviewException("Kubernetes is away");
    }
    return token.startsWith("of-")
        ? new Review.Authentic(
            token.substring(3), Optional.empty(), clock.instant().plus(Duration.ofHours(1)))
        : new Review.Rejected("not accepted");
  }

  /** Counts what has reached the service and has been seen by it. */
  private final class CallCounts implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
          next.startCall(call, headers)) {
        @Override
        public void onHalfClose() {
          super.onHalfClose();
          counts.asked.incrementAndGet();
        }

        @Override
        public void onCancel() {
          super.onCancel();
          counts.cancelled.incrementAndGet();
        }
      };
    }
  }

  private static final class Counts implements ServerMetrics {
    private final List<Reason> refused = new CopyOnWriteArrayList<>();
    private final AtomicInteger agents = new AtomicInteger();
    private final AtomicInteger issued = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();

    @Override
    public void refused(Reason reason) {
      refused.add(reason);
    }

    @Override
    public void agentConnected() {
      agents.incrementAndGet();
    }

    @Override
    public void agentDisconnected() {
      agents.decrementAndGet();
    }
  }
}
