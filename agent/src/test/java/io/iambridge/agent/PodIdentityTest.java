package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.proto.v1.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 169.254.170.23 as pods and their SDKs see it, over real sockets. */
class PodIdentityTest {
  private static final String HOST = "169.254.170.23";
  private static final String PATH = "/v1/credentials";
  private static final String ARN = "arn:aws:iam::123456789012:role/team/app";
  private static final AtomicInteger TESTS = new AtomicInteger();

  private static RunningAgent agent;

  // Tests share an agent, and each has addresses, pods and tokens of its own.
  private final int number = TESTS.incrementAndGet();
  private final String pod = "127.0.1." + number;
  private final String otherPod = "127.0.2." + number;

  /** Where the agent listens, and so what the node's own requests come from. */
  private static final String NODE = "127.0.0.1";

  private final String nobody = "127.0.3." + number;
  private final String thirdPod = "127.0.4." + number;
  private final String session = "session-1-" + number;
  private final String token = token("pod-1");
  private int reviewsBefore;

  /** Has the shape of a ServiceAccount token. */
  private String token(String name) {
    return "eyJhbGciOiJSUzI1NiJ9."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(uid(name).getBytes(StandardCharsets.UTF_8))
        + ".c2lnbmF0dXJl";
  }

  private String uid(String name) {
    return name + "-of-test-" + number;
  }

  private int reviews() {
    return agent.server().reviews() - reviewsBefore;
  }

  @BeforeAll
  static void start(@TempDir Path dir) throws IOException {
    agent = RunningAgent.start(dir);
  }

  @AfterAll
  static void stop() {
    agent.close();
  }

  @BeforeEach
  void createPod() {
    reviewsBefore = agent.server().reviews();
    agent.server().push(Addresses.bound(pod, uid("pod-1"), ARN, session));
    agent.server().token(token, uid("pod-1"));
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .until(
            () -> agent.get(pod, "/latest/meta-data/iam/security-credentials/app").status() == 200);
  }

  @AfterEach
  void mendTheServer() {
    agent.server().fail(/* status= */ null, /* reason= */ null);
    agent.server().releaseReviews();
  }

  private Answer ask(String from, String token) throws IOException {
    return askHost(HOST, from, "Authorization: " + token);
  }

  private Answer askHost(String host, String from, String... headers) throws IOException {
    try (RawHttp http = agent.connect(from)) {
      return http.requestTo(host, "GET", PATH, headers);
    }
  }

  @Test
  void theTokensPodGetsItsCredentialsAsTheEksAgentWritesThem() throws Exception {
    Answer answer = ask(pod, token);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.body())
        .matches(
            "\\{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"secret/of\\+"
                + session
                + "\",\"Token\":\"token-of-"
                + session
                + "\",\"AccountId\":\"123456789012\","
                + "\"Expiration\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z\"}");
    agent.awaitMetric("iambridge_agent_requests_total{route=\"pod_identity\",status=\"200\"} ");
    assertThat(agent.admin("/metrics").body())
        .contains("iambridge_agent_token_reviews_total{result=\"verified\"} ")
        .doesNotContain("iambridge_agent_tokens_verified 0.0");
  }

  @Test
  void bothFamiliesOfHostAreServed() throws IOException {
    for (String host :
        List.of(
            "169.254.170.23",
            "169.254.170.23:80",
            "169.254.170.23:8080",
            "[fd00:ec2::23]",
            "[fd00:ec2::23]:80",
            "[FD00:EC2::23]",
            "fd00:ec2::23")) {
      assertThat(askHost(host, pod, "Authorization: " + token).status()).as(host).isEqualTo(200);
    }
  }

  @Test
  void otherHostsAreRefusedBeforeTheTokenIsLookedAt() throws IOException {
    for (String host :
        List.of(
            "",
            "169.254.169.254",
            "attacker.example",
            "169.254.170.23.attacker.example",
            "169.254.170.23@x",
            "169.254.170.23:x",
            "[fd00:ec2::23",
            "[fd00:ec2::254]",
            "localhost")) {
      Answer answer = askHost(host, pod, "Authorization: " + token);
      assertThat(answer.status()).as(host).isEqualTo(403);
      assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.body())
          .startsWith("Access Denied. Called agent through invalid address, please use either")
          .endsWith("\n");
    }
    assertThat(reviews()).isZero();
  }

  @Test
  void whatCannotBeATokenIs400AndNotSentOn() throws IOException {
    assertThat(askHost(HOST, pod).body()).isEqualTo("Service account token cannot be empty\n");
    for (String bad :
        List.of(
            " ",
            "x",
            "a.b",
            "a.b.c.d",
            "a..c",
            "Bearer " + token,
            token + "=",
            token + " x",
            token + "é")) {
      Answer answer = ask(pod, bad);
      assertThat(answer.status()).as(bad).isEqualTo(400);
      assertThat(answer.body()).startsWith("Service account token cannot be ").endsWith("\n");
    }
    assertThat(askHost(HOST, pod, "Authorization: " + token, "Authorization: " + token).status())
        .isEqualTo(400);
    assertThat(reviews()).isZero();
  }

  @Test
  void aTokenWithALineFeedBreaksOutOfNothing() throws IOException {
    for (String end : List.of("\n", "\r", "\rx", "\nX-Forwarded-For: 127.0.0.1")) {
      try (RawHttp http = agent.connect(pod)) {
        String text =
            "GET /v1/credentials HTTP/1.1\r\nHost: %s\r\nAuthorization: a.%s.c%s\r\n\r\n"
                .formatted(HOST, "b", end);
        assertThat(http.send(text).read().status()).isEqualTo(400);
      }
    }
    assertThat(ask(pod, token).status()).isEqualTo(200);
  }

  @Test
  void aTokenOfTwentyKilobytesIsTooLarge() throws IOException {
    assertThat(ask(pod, "a.b." + "c".repeat(20_000)).status()).isEqualTo(431);
    assertThat(ask(pod, token).status()).isEqualTo(200);
  }

  @Test
  void aTokenThatKubernetesDoesNotAcceptIsAnInvalidToken() throws IOException {
    Answer answer = ask(pod, token("garbage"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(answer.body())
        .matches(
            "\\[[0-9a-f-]{36}]: \\(InvalidTokenException\\): TOKEN_INVALID: because of"
                + " TOKEN_INVALID, fault: client\n");
    agent.awaitMetric("iambridge_agent_refusals_total{reason=\"token_invalid\"} ");
  }

  @Test
  void aStolenTokenIsWorthNothingAtAnotherAddress() throws IOException {
    assertThat(ask(pod, token).status()).isEqualTo(200);
    agent.server().push(Addresses.bound(otherPod, uid("pod-2"), ARN + "2", "session-2-" + number));
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .untilAsserted(() -> {
          Answer answer = ask(otherPod, token);
          assertThat(answer.status()).isEqualTo(400);
          assertThat(answer.body()).contains("(AccessDeniedException): TOKEN_OTHER_CALLER");
        });
    assertThat(ask(pod, token).status()).isEqualTo(200);
  }

  @Test
  void theAddressesNextPodGetsNothingForTheLastOnesToken() throws IOException {
    assertThat(ask(pod, token).status()).isEqualTo(200);
    agent.server().push(Addresses.bound(pod, uid("pod-3"), ARN + "3", "session-3-" + number));
    agent.server().token(token("pod-3"), uid("pod-3"));
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .until(() -> ask(pod, token("pod-3")).body().contains("session-3-" + number));
    Answer answer = ask(pod, token);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).doesNotContain("session-");
  }

  @Test
  void aVerifiedTokenIsNotReviewedAgainAndARotatedOneIs() throws IOException {
    for (int i = 0; i < 5; i++) {
      assertThat(ask(pod, token).status()).isEqualTo(200);
    }
    assertThat(reviews()).isEqualTo(1);
    agent.server().token(token("pod-1 rotated"), uid("pod-1"));
    assertThat(ask(pod, token("pod-1 rotated")).status()).isEqualTo(200);
    assertThat(reviews()).isEqualTo(2);
  }

  @Test
  void allOfAPodsThreadsShareOneReview() throws Exception {
    agent.server().holdReviews();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(threads.submit(() -> ask(pod, token)));
      }
      Awaitility.await().atMost(RunningAgent.PATIENCE).until(() -> reviews() == 1);
      agent.server().releaseReviews();
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    assertThat(reviews()).isEqualTo(1);
  }

  @Test
  void garbageFromOneAddressIsBoundedAndOthersDoNotNotice() throws IOException {
    agent.server().push(Addresses.bound(otherPod, uid("pod-2"), ARN, session));
    agent.server().token(token("pod-2"), uid("pod-2"));
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      statuses.add(ask(pod, token("garbage " + i)).status());
    }
    assertThat(statuses).startsWith(400).contains(429);
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .until(() -> ask(otherPod, token("pod-2")).status() == 200);
    agent.awaitMetric("iambridge_agent_refusals_total{reason=\"too_many_reviews\"}");
  }

  @Test
  void aReviewThatDoesNotComeIsA503InTime() throws Exception {
    agent.server().holdReviews();
    Answer answer = ask(pod, token);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(answer.body())
        .contains("(ServiceUnavailableException): TOKEN_REVIEW_UNAVAILABLE")
        .endsWith(", fault: server\n");
    agent.server().releaseReviews();
    assertThat(ask(pod, token).status()).isEqualTo(200);
  }

  @Test
  void podsWithoutRoleAndDeniedOnesAreToldSo() throws IOException {
    agent.server().push(Addresses.withoutRole(otherPod, uid("pod-2")));
    agent.server().push(Addresses.ambiguous(thirdPod, "a/b", "a/c"));
    agent
        .server()
        .push(Addresses.denied(nobody, uid("pod-4"), Reason.ROLE_NOT_PERMITTED, "not permitted"));
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .untilAsserted(() -> {
          Answer denied = ask(nobody, token);
          assertThat(denied.status()).isEqualTo(400);
          assertThat(denied.body())
              .contains(
                  "(AccessDeniedException): ROLE_NOT_PERMITTED: not permitted, fault: client");
        });
    Answer roleless = ask(otherPod, token);
    assertThat(roleless.status()).isEqualTo(404);
    assertThat(roleless.body()).contains("(ResourceNotFoundException): NO_ROLE");
    assertThat(ask(thirdPod, token).status()).isEqualTo(503);
    assertThat(reviews()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "STS_DENIED, 400, AccessDeniedException",
    "STS_THROTTLED, 429, ThrottlingException",
    "STS_UNAVAILABLE, 503, ServiceUnavailableException",
  })
  void whatStsSaysIsToldAsEksAuthWould(Reason reason, int status, String code) throws IOException {
    agent
        .server()
        .fail(
            (reason == Reason.STS_DENIED ? Status.PERMISSION_DENIED : Status.UNAVAILABLE)
                .withDescription("in AWS's words"),
            reason);
    agent.server().push(Addresses.bound(otherPod, uid("pod-2"), ARN, "session-2-" + number));
    agent.server().token(token("pod-2"), uid("pod-2"));
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .untilAsserted(() -> {
          Answer answer = ask(otherPod, token("pod-2"));
          assertThat(answer.status()).isEqualTo(status);
          assertThat(answer.body()).contains("(" + code + "): " + reason + ": in AWS's words");
        });
  }

  @Test
  void anUnknownAddressWaitsForItsPod() throws Exception {
    agent.server().token(token("late"), uid("late"));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> answer = threads.submit(() -> ask(nobody, token("late")));
      agent.awaitMetric("iambridge_agent_parked_requests 1.0");
      agent.server().push(Addresses.bound(nobody, uid("late"), ARN, session));
      assertThat(answer.get().status()).isEqualTo(200);
    }
  }

  @Test
  void anAddressThatStaysUnknownIsA503() throws IOException {
    agent.server().token(token("stranger"), uid("stranger"));
    Answer answer = ask(nobody, token("stranger"));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).contains("CALLER_UNKNOWN");
    assertThat(ask(NODE, token("garbage")).status()).isEqualTo(400);
  }

  @Test
  void aHostNetworkPodIsKnownByItsTokenAloneEachTime() throws IOException {
    String token = token("host");
    agent
        .server()
        .hostNetworkToken(token, Addresses.bound(NODE, uid("host"), ARN, "session-h-" + number));
    int before = agent.server().calls("session-h-" + number);
    for (int i = 0; i < 2; i++) {
      Answer answer = ask(NODE, token);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body())
          .contains("token-of-session-h-" + number, "\"AccountId\":\"123456789012\"");
    }
    assertThat(agent.server().calls("session-h-" + number) - before).isEqualTo(2);
    // Nor does it help whoever has it elsewhere: on another machine, or as another pod.
    assertThat(ask(nobody, token).body()).contains("CALLER_UNKNOWN");
    Answer stolen = ask(pod, token);
    assertThat(stolen.status()).isEqualTo(400);
    assertThat(stolen.body()).contains("TOKEN_OTHER_CALLER");
    agent.server().revoke(token);
    assertThat(ask(NODE, token).status()).isEqualTo(400);
  }

  @Test
  void aHostNetworkPodWithoutRoleIsToldSo() throws IOException {
    agent.server().hostNetworkToken(token("none"), Addresses.withoutRole(NODE, uid("none")));
    agent
        .server()
        .hostNetworkToken(
            token("no"), Addresses.denied(NODE, uid("no"), Reason.ROLE_NOT_PERMITTED, "no"));
    assertThat(ask(NODE, token("none")).status()).isEqualTo(404);
    assertThat(ask(NODE, token("no")).body()).contains("(AccessDeniedException)");
  }

  @Test
  void onlyTheOnePathIsItAndWithAnyMethod() throws IOException {
    try (RawHttp http = agent.connect(pod)) {
      String authorization = "Authorization: " + token;
      for (String method : List.of("GET", "POST", "PUT", "HEAD")) {
        assertThat(http.requestTo(HOST, method, PATH, authorization).status()).isEqualTo(200);
      }
      assertThat(http.requestTo(HOST, "GET", PATH + "?x=y", authorization).status()).isEqualTo(200);
      for (String other :
          List.of("/", "/v1/credentials/", "//v1/credentials", "/v1/%63redentials")) {
        assertThat(http.requestTo(HOST, "GET", other, authorization).status())
            .as(other)
            .isEqualTo(404);
      }
    }
  }
}
