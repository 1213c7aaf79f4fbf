package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.iambridge.agent.imds.ImdsService;
import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.Fastest;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.common.cli.HostPort;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the AWS SDKs need of a metadata service, each over a real socket. */
class SdkExpectationsTest {
  private static final String ROLES = "/latest/meta-data/iam/security-credentials/";
  private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds: ";
  private static final String TOKEN = "X-aws-ec2-metadata-token: ";
  private static final String ARN = "arn:aws:iam::123456789012:role/app";
  private static final Duration SDKS_WAIT = Duration.ofMillis(500);
  private static final String POD = "127.0.0.11";
  private static final String OTHER_POD = "127.0.0.12";

  @TempDir private Path dir;

  private RunningAgent startWithPod() throws IOException {
    RunningAgent agent = RunningAgent.start(dir);
    push(agent, POD, "pod-1");
    return agent;
  }

  private static void push(RunningAgent agent, String ip, String uid) throws IOException {
    agent.server().push(Addresses.bound(ip, uid, ARN));
    awaitStatus(agent, ip, ROLES, 200);
  }

  private static void awaitStatus(RunningAgent agent, String ip, String target, int status) {
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .until(() -> agent.get(ip, target).status() == status);
  }

  private static String token(RunningAgent agent, String from) throws IOException {
    Answer answer = agent.request(from, "PUT", "/latest/api/token", TTL + 21600);
    assertThat(answer.status()).isEqualTo(200);
    return answer.body();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "60", "300", "21600"})
  void tokensHaveTheLifeAskedForAndSayIt(String ttl) throws IOException {
    try (RunningAgent agent = startWithPod()) {
      Answer answer = agent.request(POD, "PUT", "/latest/api/token", TTL + ttl);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("X-Aws-Ec2-Metadata-Token-Ttl-Seconds")).isEqualTo(ttl);
    }
  }

  @Test
  void tokensWithoutALegalLifeGet400() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      for (String ttl : new String[] {"0", "21601", "-1", "abc", "", "1.5", "99999999999"}) {
        assertThat(agent.request(POD, "PUT", "/latest/api/token", TTL + ttl).status())
            .as(ttl)
            .isEqualTo(400);
      }
      assertThat(agent.request(POD, "PUT", "/latest/api/token").status()).isEqualTo(400);
    }
  }

  @Test
  void tokensAreRefusedToForwardedRequestsAndOnDatedVersions() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      assertThat(
              agent
                  .request(POD, "PUT", "/latest/api/token", TTL + 60, "X-Forwarded-For: 10.0.0.1")
                  .status())
          .isEqualTo(403);
      assertThat(agent.request(POD, "PUT", "/2021-03-23/api/token", TTL + 60).status())
          .isEqualTo(403);
      Answer get = agent.get(POD, "/latest/api/token");
      assertThat(get.status()).isEqualTo(405);
      assertThat(get.header("Allow")).isEqualTo("PUT");
    }
  }

  @Test
  void tokenOpensEveryRouteOnOneConnectionAsBotocoreDoes() throws IOException {
    try (RunningAgent agent = startWithPod();
        RawHttp http = agent.connect(POD)) {
      String token = http.request("PUT", "/latest/api/token", TTL + 21600).body();
      assertThat(http.request("GET", ROLES, TOKEN + token).body()).isEqualTo("app");
      assertThat(http.request("GET", ROLES + "app", TOKEN + token).status()).isEqualTo(200);
      assertThat(http.request("GET", "/latest/meta-data/iam/info", TOKEN + token).status())
          .isEqualTo(200);
    }
  }

  @Test
  void tokensOutliveARestartOfTheAgent() throws IOException {
    String token;
    try (RunningAgent agent = startWithPod()) {
      token = token(agent, POD);
    }
    try (RunningAgent agent = startWithPod()) {
      assertThat(agent.get(POD, ROLES, TOKEN + token).status()).isEqualTo(200);
    }
  }

  @Test
  void badTokensGet401AlsoWhereNoneIsNeeded() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      push(agent, OTHER_POD, "pod-2");
      String token = token(agent, POD);
      assertThat(agent.get(OTHER_POD, ROLES, TOKEN + token).status()).isEqualTo(401);
      for (String bad : new String[] {"", "x", token + "A", token.replace(token.charAt(20), '%')}) {
        assertThat(agent.get(POD, ROLES, TOKEN + bad).status()).as(bad).isEqualTo(401);
      }
    }
  }

  @Test
  void withV1DeniedATokenIsDemanded() throws IOException {
    try (RunningAgent agent =
        RunningAgent.start(dir, config -> with(config, /* tokenRequired= */ true))) {
      agent.server().push(Addresses.bound(POD, "pod-1", ARN));
      agent.awaitMetric("iambridge_agent_callers 1.0");
      String token = token(agent, POD);
      assertThat(agent.get(POD, ROLES).status()).isEqualTo(401);
      assertThat(agent.get(POD, ROLES + "app").status()).isEqualTo(401);
      assertThat(agent.get(POD, "/latest/meta-data/iam/info").status()).isEqualTo(401);
      assertThat(agent.get(POD, ROLES, TOKEN + token).status()).isEqualTo(200);
    }
  }

  private static AgentConfig with(AgentConfig config, boolean tokenRequired) {
    return new AgentConfig(
        config.listen(),
        config.admin(),
        config.server(),
        config.tls(),
        config.auth(),
        config.keepAlive(),
        config.nodeName(),
        config.stateDir(),
        new ImdsService.Settings(tokenRequired, config.imds().unknownCallerWait()),
        config.limits(),
        config.interception(),
        config.podIdentity(),
        config.metadata(),
        config.neighbourCheck(),
        config.evidenceInterval());
  }

  @Test
  void tokensAreGivenToPodsWithoutRoleAndDeniedOnes() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      agent.server().push(Addresses.withoutRole(OTHER_POD, "pod-2"));
      awaitStatus(agent, OTHER_POD, ROLES, 404);
      assertThat(token(agent, OTHER_POD)).hasSize(50);
      agent
          .server()
          .push(Addresses.denied(OTHER_POD, "pod-2", Reason.INVALID_ROLE, "no role name"));
      awaitStatus(agent, OTHER_POD, ROLES, 403);
      assertThat(token(agent, OTHER_POD)).hasSize(50);
    }
  }

  @Test
  void slowServerCostsNobodyHalfASecond() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir)) {
      agent.server().hold();
      push(agent, POD, "pod-1");
      assertThat(Fastest.of(SDKS_WAIT, _ -> assertComeAgain(agent.get(POD, ROLES + "app"))))
          .isLessThan(SDKS_WAIT);
      agent.server().release();
      awaitStatus(agent, POD, ROLES + "app", 200);
    }
  }

  private static void assertComeAgain(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
  }

  @Test
  void unknownWaitAndSlowStsTogetherCostNobodyHalfASecond() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir);
        ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor()) {
      agent.server().hold();
      // The pod becomes known after most of the wait for it; what is left is for the credentials.
      Duration fastest =
          Fastest.of(
              SDKS_WAIT,
              number -> {
                String ip = "127.0.0." + (30 + number);
                Address pod = Addresses.bound(ip, "pod-" + number, ARN);
                var _ = later.schedule(() -> agent.server().push(pod), 250, TimeUnit.MILLISECONDS);
                assertComeAgain(agent.get(ip, ROLES + "app"));
              });
      assertThat(fastest).isLessThan(SDKS_WAIT);
      agent.server().release();
    }
  }

  @Test
  void knownPodWithoutCredentialsGets503WhenTheServerIsGone() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir)) {
      agent.server().hold();
      push(agent, POD, "pod-1");
      agent.stopServer();
      assertThat(Fastest.of(SDKS_WAIT, _ -> assertComeAgain(agent.get(POD, ROLES + "app"))))
          .isLessThan(SDKS_WAIT);
      assertThat(agent.get(POD, ROLES).body()).isEqualTo("app");
      assertThat(token(agent, POD)).hasSize(50);
    }
  }

  @Test
  void podWithoutCredentialsGets503WhenTheServerHangs() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir)) {
      agent.server().hold();
      push(agent, POD, "pod-1");
      int port = agent.serverPort();
      agent.stopServer();
      // Whoever connects now is in the backlog: connected, and never spoken to.
      try (ServerSocket silent = new ServerSocket()) {
        silent.setReuseAddress(true);
        silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        silent.setSoTimeout((int) RunningAgent.PATIENCE.toMillis());
        try (Socket connected = silent.accept()) {
          assertThat(connected.isConnected()).isTrue();
          assertThat(Fastest.of(SDKS_WAIT, _ -> assertComeAgain(agent.get(POD, ROLES + "app"))))
              .isLessThan(SDKS_WAIT);
          assertThat(agent.get(POD, ROLES).body()).isEqualTo("app");
        }
      }
    }
  }

  @Test
  void unknownPodThatBecomesKnownInTimeIsAnsweredAtOnce() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      agent.awaitMetric("iambridge_agent_parked_requests 0.0");
      // On a busy machine the news may come too late for one pod, but not for ten.
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 10 && !statuses.contains(200); i++) {
        String ip = "127.0.0." + (30 + i);
        Future<Answer> first = threads.submit(() -> agent.get(ip, ROLES + "app"));
        Awaitility.await()
            .atMost(RunningAgent.PATIENCE)
            .pollInterval(Duration.ofMillis(10))
            .until(() -> first.isDone() || parked(agent));
        agent.server().push(Addresses.bound(ip, "pod-" + i, ARN));
        statuses.add(first.get().status());
      }
      assertThat(statuses).contains(200);
    }
  }

  private static boolean parked(RunningAgent agent) throws IOException, InterruptedException {
    return agent.admin("/metrics").body().contains("iambridge_agent_parked_requests 1.0");
  }

  @Test
  void expirationHasNoFractions() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      assertThat(expiration(agent.get(POD, ROLES + "app")))
          .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    }
  }

  @Test
  void credentialsWithLessThan25MinutesToGoAreReplacedBeforeTheyAreServed() throws IOException {
    try (RunningAgent agent = RunningAgent.start(dir)) {
      agent.server().age(Duration.ofMinutes(36));
      push(agent, POD, "pod-1");
      assertThat(Instant.parse(expiration(agent.get(POD, ROLES + "app"))))
          .as("24 minutes are better than nothing")
          .isBefore(Instant.now().plus(Duration.ofMinutes(25)));
      agent.server().age(Duration.ZERO);
      // A server that has just said that it has no better is left alone for a second.
      Awaitility.await()
          .atMost(RunningAgent.PATIENCE)
          .untilAsserted(() ->
              assertThat(Instant.parse(expiration(agent.get(POD, ROLES + "app"))))
                  .isAfter(Instant.now().plus(Duration.ofMinutes(59))));
    }
  }

  private static String expiration(Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    return answer.body().replaceAll("(?s).*\"Expiration\" : \"([^\"]*)\".*", "$1");
  }

  @Test
  void oneRoleIsListedWithoutLineFeed() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      assertThat(agent.get(POD, ROLES).body()).isEqualTo("app");
    }
  }

  @Test
  void extendedRouteIs404SoThatSdksFallBack() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      assertThat(agent.get(POD, "/latest/meta-data/iam/security-credentials-extended/").status())
          .isEqualTo(404);
    }
  }

  @Test
  void troubleIs503WhichIsRetriedAndRefusalIs403WhichIsNot() throws IOException {
    try (RunningAgent agent = RunningAgent.start(dir)) {
      agent
          .server()
          .fail(Status.UNAVAILABLE.withDescription("STS timed out"), Reason.STS_UNAVAILABLE);
      push(agent, POD, "pod-1");
      Answer trouble = agent.get(POD, ROLES + "app");
      assertThat(trouble.status()).isEqualTo(503);
      assertThat(trouble.body()).startsWith("STS_UNAVAILABLE: ");

      agent
          .server()
          .fail(
              Status.PERMISSION_DENIED.withDescription("the trust policy says no"),
              Reason.STS_DENIED);
      agent.server().push(Addresses.bound(OTHER_POD, "pod-2", ARN, "another-session"));
      awaitStatus(agent, OTHER_POD, ROLES + "app", 403);
      for (int i = 0; i < 20; i++) {
        Answer refused = agent.get(OTHER_POD, ROLES + "app");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).startsWith("STS_DENIED: ").contains("the trust policy says no");
      }
      assertThat(agent.server().calls("another-session"))
          .as("however often the pod asks")
          .isEqualTo(1);
    }
  }

  @Test
  void infoHasAProfileOfTheRole() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      String body = agent.get(POD, "/latest/meta-data/iam/info").body();
      assertThat(body)
          .contains("\"Code\" : \"Success\"")
          .contains("\"InstanceProfileArn\" : \"arn:aws:iam::123456789012:instance-profile/app\"")
          .containsPattern("\"InstanceProfileId\" : \"AIPA[A-Z2-7]{17}\"");
      assertThat(agent.get(POD, "/latest/meta-data/iam/info").body()).isEqualTo(body);
    }
  }

  @Test
  void lostServerCostsNoPodItsCredentials() throws Exception {
    try (RunningAgent agent = startWithPod()) {
      assertThat(agent.get(POD, ROLES + "app").status()).isEqualTo(200);
      agent.stopServer();
      awaitStatus(agent, POD, "/health?deep=1", 503);
      assertThat(agent.get(POD, ROLES + "app").status()).isEqualTo(200);
      assertThat(agent.get(POD, "/health").status()).isEqualTo(200);
      assertThat(token(agent, POD)).hasSize(50);
    }
  }

  @Test
  void deletedPodsAddressIsNeverServedAgain() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      agent.server().push(Addresses.nobody(POD));
      awaitStatus(agent, POD, ROLES + "app", 503);
    }
  }

  @Test
  void thousandFirstRequestsMakeOneCall() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      agent.server().hold();
      push(agent, POD, "pod-1");
      List<RawHttp> connections = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        connections.add(agent.connect(POD));
      }
      // Each has asked, and has been told to ask again, before the first credentials come.
      for (Answer answer : all(threads, connections, SdkExpectationsTest::ask)) {
        assertComeAgain(answer);
      }
      assertThat(agent.server().calls()).isEqualTo(1);
      agent.server().release();
      for (Answer answer : all(threads, connections, SdkExpectationsTest::untilServed)) {
        assertThat(answer.status()).isEqualTo(200);
      }
      assertThat(agent.server().calls()).isEqualTo(1);
      for (RawHttp connection : connections) {
        connection.close();
      }
    }
  }

  private interface Asking {
    Answer on(RawHttp connection) throws IOException;
  }

  private static List<Answer> all(ExecutorService threads, List<RawHttp> connections, Asking asking)
      throws Exception {
    List<Future<Answer>> answers = new ArrayList<>();
    for (RawHttp connection : connections) {
      answers.add(threads.submit(() -> asking.on(connection)));
    }
    List<Answer> all = new ArrayList<>();
    for (Future<Answer> answer : answers) {
      all.add(answer.get());
    }
    return all;
  }

  private static Answer ask(RawHttp connection) throws IOException {
    return connection.request("GET", ROLES + "app");
  }

  /** On a slow machine some wait longer than the agent lets them, and ask again as SDKs do. */
  private static Answer untilServed(RawHttp connection) throws IOException {
    Answer answer = ask(connection);
    while (answer.status() == 503) {
      answer = ask(connection);
    }
    return answer;
  }

  @Test
  void firstCallerGoingAwayCancelsNothingForTheRest() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir);
        RawHttp second = agent.connect(POD)) {
      agent.server().hold();
      push(agent, POD, "pod-1");
      try (RawHttp first = agent.connect(POD)) {
        assertComeAgain(ask(first));
        assertThat(agent.server().calls()).isEqualTo(1);
        first.send("GET " + ROLES + "app HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      assertComeAgain(ask(second));
      agent.awaitMetric("iambridge_agent_connections 1.0");
      agent.server().release();
      assertThat(untilServed(second).status()).isEqualTo(200);
      assertThat(agent.server().calls()).isEqualTo(1);
    }
  }

  @Test
  void ipv6CallerIsFound() throws IOException {
    assertThat(InetAddress.ofLiteral("::1").isReachable(/* timeout= */ 1_000))
        .as("this machine has an IPv6 loopback, ::1")
        .isTrue();
    try (RunningAgent agent =
        RunningAgent.start(
            dir,
            config ->
                new AgentConfig(
                    new HostPort("::", 0),
                    config.admin(),
                    config.server(),
                    config.tls(),
                    config.auth(),
                    config.keepAlive(),
                    config.nodeName(),
                    config.stateDir(),
                    config.imds(),
                    config.limits(),
                    config.interception(),
                    config.podIdentity(),
                    config.metadata(),
                    config.neighbourCheck(),
                    config.evidenceInterval()))) {
      agent.server().push(Addresses.bound("::1", "pod-6", ARN));
      try (RawHttp http = RawHttp.connect("::1", "::1", agent.agent().port())) {
        assertThat(http.request("GET", ROLES).body()).isEqualTo("app");
      }
      // The same listener shows IPv4 callers as ::ffff:127.0.0.11.
      push(agent, POD, "pod-4");
    }
  }

  @Test
  void theNodeIsNamedInEveryCall() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      assertThat(agent.nodeSeen()).isEqualTo("node-1");
    }
  }
}
