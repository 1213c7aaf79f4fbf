package io.iambridge.server.kiamapi;

import static io.iambridge.server.callers.TestPods.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.iambridge.proto.kiam.Credentials;
import io.iambridge.proto.kiam.GetHealthRequest;
import io.iambridge.proto.kiam.GetPodCredentialsRequest;
import io.iambridge.proto.kiam.GetPodRoleRequest;
import io.iambridge.proto.kiam.KiamServiceGrpc;
import io.iambridge.proto.kiam.KiamServiceGrpc.KiamServiceBlockingStub;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.testing.InProcess;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kiam's agents are told; its client tells errors by their whole text. */
class KiamServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String APP = "arn:aws:iam::123456789012:role/team/app";

  private final KiamFixture fixture = new KiamFixture();
  private InProcess server;
  private KiamServiceBlockingStub agent;

  @BeforeEach
  void start() throws Exception {
    server = new InProcess(fixture.service);
    agent = KiamServiceGrpc.newBlockingStub(server.channel());
    permitted(".*:role/team/app");
    fixture.callers.podChanged(pod("web").at("10.0.0.1").role("/team/app").build());
    fixture.service.ready();
  }

  @AfterEach
  void stop() {
    server.close();
    fixture.close();
  }

  private void permitted(String expression) {
    fixture.callers.namespaceChanged(
        new Namespace("demo", "uid-demo", Map.of(NamespaceRules.PERMITTED, expression), Map.of()));
  }

  private String role(String ip) {
    return agent.getPodRole(GetPodRoleRequest.newBuilder().setIp(ip).build()).getName();
  }

  private static GetPodCredentialsRequest request(String ip, String role) {
    return GetPodCredentialsRequest.newBuilder().setIp(ip).setRole(role).build();
  }

  private Credentials credentials(String ip, String role) {
    return agent.getPodCredentials(request(ip, role));
  }

  /** "CODE text" of what the call fails with. */
  private static String error(Runnable call) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call::run);
    return e.getStatus().getCode() + " " + e.getStatus().getDescription();
  }

  @ParameterizedTest
  @ValueSource(strings = {"team/app", "/team/app", APP})
  void aPodGetsItsRolesCredentialsInEverySpellingOfKiams(String spelling) {
    Credentials credentials = credentials("10.0.0.1", spelling);
    assertThat(credentials)
        .isEqualTo(
            Credentials.newBuilder()
                .setCode("Success")
                .setType("AWS-HMAC")
                .setAccessKeyId("ASIA1")
                .setSecretAccessKey("the-secret")
                .setToken("the-token")
                .setLastUpdated(fixture.clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
                .setExpiration(
                    fixture
                        .clock
                        .instant()
                        .plus(Duration.ofHours(1))
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString())
                .build());
    assertThat(credentials.getExpiration()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    assertThat(fixture.issued)
        .containsExactly(Session.of(fixture.roles.resolve("team/app"), "kiam-kiam"));
    assertThat(fixture.calls).containsExactly("GET_POD_CREDENTIALS ANSWERED");
  }

  @Test
  void theRoleIsNamedAsItsPodNamesItPermittedOrNot() {
    assertThat(role("10.0.0.1")).isEqualTo("/team/app");
    fixture.callers.podChanged(pod("full").at("10.0.0.2").role(APP).build());
    assertThat(role("10.0.0.2")).isEqualTo(APP);
    fixture.callers.podChanged(pod("admin").at("10.0.0.3").role("admin").build());
    assertThat(role("10.0.0.3")).isEqualTo("admin");
    fixture.callers.podChanged(pod("none").at("10.0.0.4").build());
    assertThat(role("10.0.0.4")).as("kiam's agent makes 404 \"empty role\" of it").isEmpty();
  }

  @Test
  void everyRequestForCredentialsOfAKnownPodIsEvidence() {
    credentials("10.0.0.1", "team/app");
    error(() -> credentials("10.0.0.1", "admin"));
    error(() -> credentials("10.0.0.9", "team/app"));
    fixture.issueFailure = new IssueException(Reason.STS_THROTTLED, "slower");
    fixture.callers.podChanged(
        pod("other")
            .at("10.0.0.2")
            .annotations(Map.of(Binder.ROLE, "team/app", Binder.SESSION_NAME, "own"))
            .build());
    error(() -> credentials("10.0.0.2", "team/app"));
    role("10.0.0.1");

    assertThat(fixture.seen)
        .containsExactly(
            "uid-web served by assume-role", "uid-web refused", "uid-other unavailable");
  }

  /** uswitch/kiam, pkg/server/errors.go and pkg/k8s: two words for one thing. */
  @Test
  void whereNoPodIsKnownItSaysSoInKiamsWords() {
    assertThat(error(() -> role("10.0.0.9"))).isEqualTo("UNKNOWN pod not found");
    assertThat(error(() -> credentials("10.0.0.9", "team/app"))).isEqualTo("UNKNOWN no pod found");
    assertThat(error(() -> credentials("web.example.com", "team/app")))
        .isEqualTo("UNKNOWN no pod found");
    assertThat(fixture.calls)
        .containsExactly(
            "GET_POD_ROLE NO_POD", "GET_POD_CREDENTIALS NO_POD", "GET_POD_CREDENTIALS NO_POD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.0.0", "0x0a.1", "[10.0.0.1]", "fe80::1%none", "10.0.0.1 ", "\0"})
  void whatIsNoAddressIsNobodys(String ip) {
    assertThat(error(() -> role(ip))).isEqualTo("UNKNOWN pod not found");
    assertThat(error(() -> credentials(ip, "team/app"))).isEqualTo("UNKNOWN no pod found");
  }

  @Test
  void anIpv6AddressIsTheSameInEverySpelling() {
    fixture.callers.podChanged(pod("six").at("fd00::1").role("team/app").build());
    assertThat(role("fd00:0:0::0:1")).isEqualTo("team/app");
  }

  @Test
  void aRoleThatIsNotThePodsIsForbiddenAndNobodyIsAskedForIt() {
    fixture.callers.podChanged(pod("admin").at("10.0.0.3").role("admin").build());
    for (String role : new String[] {"admin", "app", "", "arn:nonsense", "/team/app/"}) {
      assertThat(error(() -> credentials("10.0.0.1", role)))
          .as(role)
          .isEqualTo("UNKNOWN forbidden by policy");
    }
    assertThat(fixture.issued).isEmpty();
    assertThat(fixture.audited.getFirst())
        .contains("\"audit\":\"denied\"", "\"podUid\":\"uid-web\"", "asks for \\\"admin\\\"");
  }

  @Test
  void aRoleThatPolicyDeniesIsForbiddenAndNobodyIsAskedForIt() {
    fixture.callers.podChanged(pod("admin").at("10.0.0.3").role("admin").build());
    fixture.callers.podChanged(pod("none").at("10.0.0.4").build());
    assertThat(error(() -> credentials("10.0.0.3", "admin")))
        .isEqualTo("UNKNOWN forbidden by policy");
    assertThat(error(() -> credentials("10.0.0.4", "admin")))
        .isEqualTo("UNKNOWN forbidden by policy");
    assertThat(fixture.issued).isEmpty();
    assertThat(fixture.audited)
        .singleElement()
        .asString()
        .contains("\"reason\":\"ROLE_NOT_PERMITTED\"", "\"podUid\":\"uid-admin\"");
    assertThat(fixture.calls)
        .containsExactly("GET_POD_CREDENTIALS FORBIDDEN", "GET_POD_CREDENTIALS FORBIDDEN");
  }

  @Test
  void anAddressThatPodsOfTwoNodesClaimIsAnsweredToNeither() {
    fixture.callers.podChanged(pod("far").node("node-2").at("10.0.0.1").role("admin").build());
    assertThat(error(() -> role("10.0.0.1"))).isEqualTo("UNKNOWN multiple running pods found");
    assertThat(error(() -> credentials("10.0.0.1", "team/app")))
        .isEqualTo("UNKNOWN multiple running pods found");
    assertThat(fixture.issued).isEmpty();
    fixture.callers.podDeleted("uid-far");
    assertThat(role("10.0.0.1")).isEqualTo("/team/app");
  }

  @Test
  void aPodOfTheHostsNetworkIsNeverAnswered() {
    fixture.callers.podChanged(pod("host").at("10.0.1.1").role("/team/app").hostNetwork().build());
    assertThat(error(() -> role("10.0.1.1"))).isEqualTo("UNKNOWN pod not found");
    assertThat(error(() -> credentials("10.0.1.1", "team/app"))).isEqualTo("UNKNOWN no pod found");
  }

  @Test
  void anIssueIsAuditedAsOneThatNobodyProved() {
    credentials("10.0.0.1", "team/app");
    assertThat(fixture.audited)
        .singleElement()
        .asString()
        .contains(
            "\"audit\":\"issued\"",
            "\"podUid\":\"uid-web\"",
            "\"accessKeyId\":\"ASIA1\"",
            "\"protocol\":\"kiam\"")
        .doesNotContain("the-secret", "the-token");
  }

  @Test
  void whatStsSaysIsPassedOnAndTold() {
    fixture.issueFailure = new IssueException(Reason.STS_DENIED, "STS says no to team/app");
    assertThat(error(() -> credentials("10.0.0.1", "team/app")))
        .isEqualTo("UNKNOWN STS says no to team/app");
    assertThat(fixture.failed).containsExactly("demo/web STS_DENIED");
    assertThat(fixture.calls).containsExactly("GET_POD_CREDENTIALS FAILED");
    assertThat(fixture.audited).singleElement().asString().contains("STS_DENIED");
  }

  @Test
  void aPodThatLosesItsAddressOrRoleWhileStsAnswersGetsNothing() throws Exception {
    assertThat(whileStsAnswers(() -> permitted("nothing")))
        .isEqualTo("UNKNOWN forbidden by policy");
    permitted(".*:role/team/app");
    fixture.clock.advance(Duration.ofHours(1));
    assertThat(
            whileStsAnswers(() -> {
              fixture.callers.podDeleted("uid-web");
              fixture.callers.podChanged(pod("next").at("10.0.0.1").role("/team/app").build());
            }))
        .isEqualTo("UNKNOWN no pod found");
    assertThat(fixture.audited).noneMatch(line -> line.contains("\"issued\""));
  }

  private String whileStsAnswers(Runnable change) throws Exception {
    fixture.issued.clear();
    fixture.gate = new CountDownLatch(1);
    ListenableFuture<Credentials> call =
        KiamServiceGrpc.newFutureStub(server.channel())
            .getPodCredentials(request("10.0.0.1", "team/app"));
    await().atMost(PATIENCE).until(() -> !fixture.issued.isEmpty());
    change.run();
    fixture.gate.countDown();
    ExecutionException e =
        catchThrowableOfType(
            ExecutionException.class, () -> call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    Status status = Status.fromThrowable(e.getCause());
    return status.getCode() + " " + status.getDescription();
  }

  @Test
  void itIsHealthyAndAnswersFromItsFirstSightOfTheClusterOn() throws Exception {
    assertThat(agent.getHealth(GetHealthRequest.getDefaultInstance()).getMessage()).isEqualTo("ok");
    try (KiamFixture starting = new KiamFixture();
        InProcess other = new InProcess(starting.service)) {
      KiamServiceBlockingStub early = KiamServiceGrpc.newBlockingStub(other.channel());
      String notReady = "UNAVAILABLE the server has not seen the whole cluster yet";
      assertThat(error(() -> early.getHealth(GetHealthRequest.getDefaultInstance())))
          .isEqualTo(notReady);
      assertThat(error(() -> early.getPodRole(GetPodRoleRequest.getDefaultInstance())))
          .isEqualTo(notReady);
      assertThat(error(() -> early.getPodCredentials(request("10.0.0.1", "team/app"))))
          .isEqualTo(notReady);
      assertThat(starting.calls)
          .containsExactly(
              "GET_HEALTH NOT_READY", "GET_POD_ROLE NOT_READY", "GET_POD_CREDENTIALS NOT_READY");
    }
  }
}
