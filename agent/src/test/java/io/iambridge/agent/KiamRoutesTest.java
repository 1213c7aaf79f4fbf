package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.Fastest;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.proto.v1.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Our answer to every request that kiam's agent knew, over a real socket. Where kiam's was a
 * defect, the name says what we do instead.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KiamRoutesTest {
  private static final String ROLES = "/latest/meta-data/iam/security-credentials";
  private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds: ";
  private static final String ARN = "arn:aws:iam::123456789012:role/team/app";

  private static final String BOUND = "127.0.0.11";
  private static final String WITHOUT_ROLE = "127.0.0.12";
  private static final String DENIED = "127.0.0.13";
  private static final String AMBIGUOUS = "127.0.0.14";
  private static final String UNKNOWN = "127.0.0.99";

  private RunningAgent agent;

  @BeforeAll
  void start(@TempDir Path dir) throws IOException {
    agent = RunningAgent.start(dir);
    agent.server().push(Addresses.bound(BOUND, "bound", ARN));
    agent.server().push(Addresses.withoutRole(WITHOUT_ROLE, "without"));
    agent
        .server()
        .push(
            Addresses.denied(
                DENIED, "denied", Reason.ROLE_NOT_PERMITTED, "namespace default permits team-b"));
    agent.server().push(Addresses.ambiguous(AMBIGUOUS, "default/a", "default/b"));
    // The last push has arrived when its address is no longer unknown.
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .until(() -> agent.get(AMBIGUOUS, ROLES + "/").body().contains("several pods"));
  }

  @AfterAll
  void stop() {
    agent.close();
  }

  @Test
  void pingIsPong() throws IOException {
    Answer answer = agent.get(UNKNOWN, "/ping");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("pong");
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain");
  }

  @Test
  void healthIsTheAgentsOwnAndNotThatOfTheRealService() throws IOException {
    assertThat(agent.get(UNKNOWN, "/health").status()).isEqualTo(200);
    assertThat(agent.get(UNKNOWN, "/health?deep=1").status()).isEqualTo(200);
  }

  @Test
  void roleListWithoutSlashIsAnsweredAndNotRedirected() throws IOException {
    Answer answer = agent.get(BOUND, ROLES);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("app");
  }

  @Test
  void roleListIsTheBareNameWithoutLineFeed() throws IOException {
    Answer answer = agent.get(BOUND, ROLES + "/");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("app");
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain");
  }

  @ParameterizedTest
  @ValueSource(strings = {ROLES + "/", ROLES + "/app", "/latest/meta-data/iam/info"})
  void podWithoutRoleGets404(String target) throws IOException {
    Answer answer = agent.get(WITHOUT_ROLE, target);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("no role").doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {ROLES + "/", ROLES + "/app", "/latest/meta-data/iam/info"})
  void unknownPodGets503WithinHalfASecond(String target) throws Exception {
    Duration limit = Duration.ofMillis(500);
    Duration fastest = Fastest.of(limit, _ -> assertComeAgain(agent.get(UNKNOWN, target)));
    assertThat(fastest).isBetween(Duration.ofMillis(390), limit);
  }

  @ParameterizedTest
  @ValueSource(strings = {ROLES + "/", ROLES + "/app", "/latest/meta-data/iam/info"})
  void twoPodsOnOneAddressGet503(String target) throws IOException {
    Answer answer = agent.get(AMBIGUOUS, target);
    assertComeAgain(answer);
    assertThat(answer.body()).contains("several pods claim this address");
  }

  @ParameterizedTest
  @ValueSource(strings = {UNKNOWN, AMBIGUOUS})
  void whoeverIsNoSinglePodGetsNoToken(String address) throws IOException {
    assertComeAgain(agent.request(address, "PUT", "/latest/api/token", TTL + 60));
  }

  private static void assertComeAgain(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
  }

  @Test
  void credentialsAreTextPlainOnTheWire() throws IOException {
    Answer answer = agent.get(BOUND, ROLES + "/app");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain");
    assertThat(answer.body())
        .matches(
            """
            \\{
              "Code" : "Success",
              "LastUpdated" : "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ",
              "Type" : "AWS-HMAC",
              "AccessKeyId" : "ASIAEXAMPLE",
              "SecretAccessKey" : "secret/of\\+session-of-%1$s",
              "Token" : "token-of-session-of-%1$s",
              "Expiration" : "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"
            }\
            """
                .formatted(ARN));
  }

  @Test
  void lastUpdatedIsUtc() throws IOException {
    String body = agent.get(BOUND, ROLES + "/app").body();
    String updated = body.replaceAll("(?s).*\"LastUpdated\" : \"([^\"]*)\".*", "$1");
    assertThat(Instant.parse(updated))
        .isBetween(Instant.now().minusSeconds(120), Instant.now().plusSeconds(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/app",
        "/app/",
        "/team/app",
        "//team/app",
        "/%2Fteam%2Fapp",
        "/arn:aws:iam::123456789012:role/team/app",
        "/arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Fapp"
      })
  void everySpellingOfTheRoleIsTheRole(String role) throws IOException {
    assertThat(agent.get(BOUND, ROLES + role).status()).isEqualTo(200);
  }

  @Test
  void anyDatedVersionIsServedAndAnythingElseIsNot() throws IOException {
    assertThat(agent.get(BOUND, "/2021-03-23/meta-data/iam/security-credentials/").status())
        .isEqualTo(200);
    assertThat(agent.get(BOUND, "/1.0/meta-data/iam/security-credentials/").status())
        .isEqualTo(200);
    assertThat(agent.get(BOUND, "/anything/meta-data/iam/security-credentials/").status())
        .isEqualTo(404);
  }

  @Test
  void roleForbiddenByTheNamespaceGets403WithTheReason() throws IOException {
    for (String target : new String[] {"/", "/app"}) {
      Answer answer = agent.get(DENIED, ROLES + target);
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).isEqualTo("ROLE_NOT_PERMITTED: namespace default permits team-b");
    }
  }

  @Test
  void anotherRoleThanItsOwnGets403() throws IOException {
    assertThat(agent.get(BOUND, ROLES + "/admin").status()).isEqualTo(403);
    assertThat(agent.get(BOUND, ROLES + "/arn:aws:iam::999999999999:role/team/app").status())
        .isEqualTo(403);
  }

  @Test
  void sessionTokensAreOurOwn() throws IOException {
    Answer answer = agent.request(BOUND, "PUT", "/latest/api/token", TTL + 60);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("X-Aws-Ec2-Metadata-Token-Ttl-Seconds")).isEqualTo("60");
    assertThat(answer.body()).matches("[A-Za-z0-9_-]{50}");
  }

  @ParameterizedTest
  @CsvSource({
    BOUND + ", 1", BOUND + ", 60", BOUND + ", 21600",
    WITHOUT_ROLE + ", 1", WITHOUT_ROLE + ", 60", WITHOUT_ROLE + ", 21600",
    DENIED + ", 1", DENIED + ", 60", DENIED + ", 21600",
  })
  void tokensReallyEndWhenTheirLifeIsOver(String address, int ttl) throws IOException {
    long before = Instant.now().getEpochSecond();
    Answer answer = agent.request(address, "PUT", "/latest/api/token", TTL + ttl);
    long after = Instant.now().getEpochSecond();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"))
        .isEqualTo(Integer.toString(ttl));
    ByteBuffer token = ByteBuffer.wrap(Base64.getUrlDecoder().decode(answer.body()));
    assertThat(token.get()).as("version").isEqualTo((byte) 1);
    assertThat(Integer.toUnsignedLong(token.getInt())).isBetween(before + ttl, after + ttl);
    if (ttl == 1) {
      Awaitility.await()
          .atMost(RunningAgent.PATIENCE)
          .until(() ->
              agent.get(address, ROLES + "/", "X-aws-ec2-metadata-token: " + answer.body()).status()
                  == 401);
    }
  }

  @Test
  void tokensOfVersionsThatAreNoneGet404() throws IOException {
    assertThat(agent.request(BOUND, "PUT", "/anything/api/token", TTL + 60).status())
        .isEqualTo(404);
  }

  @Test
  void targetsThatAreNoPathGet400() throws IOException {
    assertThat(agent.get(BOUND, "http://169.254.169.254" + ROLES + "/").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/metrics",
        "/readyz",
        "/healthz",
        "/latest/",
        "/latest/meta-data/",
        "/latest/meta-data/instance-id",
        "/latest/dynamic/instance-identity/document",
        "/latest/user-data",
        "/latest/meta-data/iam/security-credentials-extended/",
        "/latest/meta-data/iam/../iam/security-credentials/",
        "/latest/meta-data/iam%2Fsecurity-credentials/",
        "/latest/meta-data\\iam/security-credentials/",
        "/latest;x/meta-data/iam/security-credentials/",
      })
  void anythingElseGets404(String target) throws IOException {
    assertThat(agent.get(BOUND, target).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "DELETE", "PUT", "PATCH", "OPTIONS"})
  void otherMethodsGet405(String method) throws IOException {
    Answer answer = agent.request(BOUND, method, ROLES + "/app");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
  }

  @Test
  void headHasTheHeadersOfGetAndNoBody() throws IOException {
    String get = agent.get(BOUND, ROLES + "/app").head();
    try (RawHttp http = agent.connect(BOUND)) {
      assertThat(http.request("HEAD", ROLES + "/app").head()).isEqualTo(get);
      // What follows on the connection is the next response, not a body.
      assertThat(http.request("GET", "/ping").body()).isEqualTo("pong");
    }
  }

  @Test
  void answersMadeForOneRequestArriveWholeOnAClosingConnection() throws IOException {
    for (int i = 0; i < 20; i++) {
      assertWhole(200, "PUT /latest/api/token HTTP/1.1\r\n" + TTL + "60\r\n", 50);
      assertWhole(400, "PUT /latest/api/token HTTP/1.1\r\n" + TTL + "x\r\n", 1);
      assertWhole(405, "HEAD /latest/api/token HTTP/1.1\r\n", 0);
      assertWhole(200, "HEAD " + ROLES + "/ HTTP/1.1\r\n", 0);
    }
  }

  private void assertWhole(int status, String request, int leastBody) throws IOException {
    try (RawHttp http = agent.connect(BOUND)) {
      String all = http.send(request + "Host: x\r\nConnection: close\r\n\r\n").readToEnd();
      String[] parts = all.split("\r\n\r\n", 2);
      Answer answer = new Answer(parts[0], parts[1]);
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("Connection")).isEqualTo("close");
      if (leastBody == 0) {
        assertThat(answer.body()).isEmpty();
      } else {
        assertThat(answer.body()).hasSizeGreaterThanOrEqualTo(leastBody);
        assertThat(answer.header("Content-Length"))
            .isEqualTo(Integer.toString(answer.body().length()));
      }
    }
  }

  @Test
  void repeatedSlashesAreCollapsedAndNotRedirected() throws IOException {
    assertThat(agent.get(BOUND, "//latest//meta-data/iam///security-credentials//").status())
        .isEqualTo(200);
  }

  @Test
  void forwardedHeadersDoNotChangeWhoTheCallerIs() throws IOException {
    Answer answer = agent.get(UNKNOWN, ROLES + "/?ip=" + BOUND, "X-Forwarded-For: " + BOUND);
    assertThat(answer.status()).isEqualTo(503);
  }
}
