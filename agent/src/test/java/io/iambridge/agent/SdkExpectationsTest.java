package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.iambridge.agent.imds.ImdsService;
import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.common.cli.HostPort;
import io.iambridge.proto.v1.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    assertThat(agent.get(ip, ROLES).status()).isEqualTo(200);
  }

  private static String token(RunningAgent agent, String from) throws IOException {
    return agent.request(from, "PUT", "/latest/api/token", TTL + 21600).body();
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
        config.keepAlive(),
        config.nodeName(),
        config.stateDir(),
        new ImdsService.Settings(tokenRequired, config.imds().unknownCallerWait()),
        config.maxConnections());
  }

  @Test
  void tokensAreGivenToPodsWithoutRoleAndDeniedOnes() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      agent.server().push(Addresses.withoutRole(OTHER_POD, "pod-2"));
      assertThat(token(agent, OTHER_POD)).hasSize(50);
      agent
          .server()
          .push(Addresses.denied(OTHER_POD, "pod-2", Reason.INVALID_ROLE, "no role name"));
      assertThat(token(agent, OTHER_POD)).hasSize(50);
    }
  }

  @Test
  void slowServerCostsNobodyHalfASecond() throws IOException {
    try (RunningAgent agent = RunningAgent.start(dir)) {
      agent.server().hold();
      push(agent, POD, "pod-1");
      long start = System.nanoTime();
      Answer answer = agent.get(POD, ROLES + "app");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      agent.server().release();
      Awaitility.await().until(() -> agent.get(POD, ROLES + "app").status() == 200);
    }
  }

  @Test
  void unknownPodThatBecomesKnownInTimeIsAnsweredAtOnce() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> first = threads.submit(() -> agent.get(POD, ROLES + "app"));
      Awaitility.await()
          .pollInterval(Duration.ofMillis(10))
          .until(() -> metrics(agent).contains("iambridge_agent_parked_requests 1.0"));
      agent.server().push(Addresses.bound(POD, "pod-1", ARN));
      assertThat(first.get().status()).isEqualTo(200);
    }
  }

  private static String metrics(RunningAgent agent) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + agent.agent().adminPort() + "/metrics");
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  @Test
  void expirationHasNoFractionsAndMoreThan25MinutesToGo() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      String body = agent.get(POD, ROLES + "app").body();
      String expiration = body.replaceAll("(?s).*\"Expiration\" : \"([^\"]*)\".*", "$1");
      assertThat(expiration).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
      assertThat(Instant.parse(expiration)).isAfter(Instant.now().plus(Duration.ofMinutes(25)));
    }
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
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(agent.get(OTHER_POD, ROLES + "app").status()).isEqualTo(403));
      assertThat(agent.get(OTHER_POD, ROLES + "app").body())
          .startsWith("STS_DENIED: ")
          .contains("the trust policy says no");
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
      Awaitility.await().until(() -> agent.get(POD, "/health?deep=1").status() == 503);
      assertThat(agent.get(POD, ROLES + "app").status()).isEqualTo(200);
      assertThat(agent.get(POD, "/health").status()).isEqualTo(200);
      assertThat(token(agent, POD)).hasSize(50);
    }
  }

  @Test
  void deletedPodsAddressIsNeverServedAgain() throws IOException {
    try (RunningAgent agent = startWithPod()) {
      agent.server().push(Addresses.nobody(POD));
      Awaitility.await().until(() -> agent.get(POD, ROLES + "app").status() == 503);
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
      List<Callable<Answer>> requests = new ArrayList<>();
      for (RawHttp connection : connections) {
        requests.add(() -> untilServed(connection));
      }
      List<Future<Answer>> answers = requests.stream().map(threads::submit).toList();
      Awaitility.await()
          .pollInterval(Duration.ofMillis(5))
          .until(() -> metrics(agent).contains("iambridge_agent_connections 1000.0"));
      agent.server().release();
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
      assertThat(agent.server().calls()).isEqualTo(1);
      for (RawHttp connection : connections) {
        connection.close();
      }
    }
  }

  /** On a slow machine some wait longer than the agent lets them, and ask again as SDKs do. */
  private static Answer untilServed(RawHttp connection) throws IOException {
    Answer answer = connection.request("GET", ROLES + "app");
    while (answer.status() == 503) {
      answer = connection.request("GET", ROLES + "app");
    }
    return answer;
  }

  @Test
  void firstCallerGoingAwayCancelsNothingForTheRest() throws Exception {
    try (RunningAgent agent = RunningAgent.start(dir);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      agent.server().hold();
      push(agent, POD, "pod-1");
      RawHttp first = agent.connect(POD);
      first.send("GET " + ROLES + "app HTTP/1.1\r\nHost: x\r\n\r\n");
      first.close();
      Future<Answer> second = threads.submit(() -> agent.get(POD, ROLES + "app"));
      agent.server().release();
      assertThat(second.get().status()).isEqualTo(200);
      assertThat(agent.server().calls()).isEqualTo(1);
    }
  }

  @Test
  void ipv6CallerIsFound() throws IOException {
    try (RunningAgent agent =
        RunningAgent.start(
            dir,
            config ->
                new AgentConfig(
                    new HostPort("::", 0),
                    config.admin(),
                    config.server(),
                    config.tls(),
                    config.keepAlive(),
                    config.nodeName(),
                    config.stateDir(),
                    config.imds(),
                    config.maxConnections()))) {
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
