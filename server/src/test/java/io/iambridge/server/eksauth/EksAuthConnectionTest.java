package io.iambridge.server.eksauth;

import static io.iambridge.server.testing.TargetFixtures.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.StsOutcome;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.TargetException;
import io.iambridge.server.targets.TargetsConfig;
import io.iambridge.server.testing.TargetFixtures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** The real SDK client against EKS Auth's wire protocol. */
class EksAuthConnectionTest {
  private static final Session SESSION = TargetFixtures.podIdentity(Optional.empty());
  private static final String GIVEN =
      """
      {"subject":{"namespace":"apps","serviceAccount":"app"},"audience":"pods.eks.amazonaws.com",
       "podIdentityAssociation":{"associationArn":"arn:a","associationId":"a-1"},
       "assumedRoleUser":{"arn":"arn:aws:sts::123456789012:assumed-role/%s/eks-1","assumeRoleId":"I"},
       "credentials":{"sessionToken":"stub-token","secretAccessKey":"stub-secret",
                      "accessKeyId":"ASIA1","expiration":1.7000216E9}}
      """;

  private final FakeClock clock = new FakeClock();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<StsOutcome> outcomes = new CopyOnWriteArrayList<>();
  private final ServerMetrics metrics =
      new ServerMetrics() {
        @Override
        public void eksAuthCall(StsOutcome outcome, Duration latency) {
          outcomes.add(outcome);
        }
      };
  private volatile int status = 200;
  private volatile String errorType = "";
  private volatile String body = GIVEN.formatted("app");
  private HttpServer eks;
  private EksAuthConnection connection;

  @BeforeEach
  void start() throws IOException {
    eks = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    eks.createContext(
        "/",
        exchange -> {
          asked.add(
              "%s %s %s %s"
                  .formatted(
                      exchange.getRequestMethod(),
                      exchange.getRequestURI(),
                      exchange.getRequestHeaders().getFirst("Authorization"),
                      new String(
                          exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.getResponseHeaders().set("x-amzn-RequestId", "request-1");
          if (!errorType.isEmpty()) {
            exchange.getResponseHeaders().set("x-amzn-ErrorType", errorType);
          }
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    eks.start();
    connection = open(Optional.of("sandbox"), Optional.of(Region.EU_WEST_1));
  }

  @AfterEach
  void stop() {
    connection.close();
    eks.stop(0);
  }

  private EksAuthConnection open(Optional<String> clusterName, Optional<Region> region) {
    return EksAuthConnection.open(
        new TargetsConfig(
            clusterName, Optional.of(URI.create("http://127.0.0.1:" + eks.getAddress().getPort()))),
        region,
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAOWN", "own-secret")),
        clock,
        metrics);
  }

  private void fail(int httpStatus, String type, String message) {
    status = httpStatus;
    errorType = type;
    body = "{\"message\":\"" + message + "\"}";
  }

  private TargetException failure(EksAuthConnection of) {
    return catchThrowableOfType(TargetException.class, () -> of.exchange(SESSION, TOKEN));
  }

  @Test
  void tokenIsExchangedWithTheClustersNameAndOurSignature() throws Exception {
    Credentials credentials = connection.exchange(SESSION, TOKEN);

    assertThat(credentials.accessKeyId()).isEqualTo("ASIA1");
    assertThat(credentials.secretAccessKey()).isEqualTo("stub-secret");
    assertThat(credentials.sessionToken()).isEqualTo("stub-token");
    assertThat(credentials.issued()).isEqualTo(clock.instant());
    assertThat(credentials.expiration()).isEqualTo(Instant.ofEpochSecond(1_700_021_600));
    assertThat(credentials.stsRequestId()).isEqualTo("request-1");
    assertThat(credentials.mechanism()).isEqualTo(Mechanism.Kind.POD_IDENTITY);
    assertThat(asked)
        .singleElement()
        .satisfies(request ->
            assertThat(request)
                .startsWith("POST /clusters/sandbox/assume-role-for-pod-identity ")
                .contains("Credential=AKIAOWN/")
                .contains("/eu-west-1/eks-auth/aws4_request")
                .endsWith("{\"token\":\"" + TOKEN + "\"}"));
    assertThat(outcomes).containsExactly(StsOutcome.OK);
  }

  @Test
  void credentialsOfAnotherRoleAreThrownAway() {
    body = GIVEN.formatted("other");
    TargetException failure = failure(connection);
    assertThat(failure.finding()).isEqualTo(Finding.DIFFERENT_ROLE);
    assertThat(failure.ownWords())
        .isEqualTo(
            "the association gives arn:aws:sts::123456789012:assumed-role/other/eks-1, wanted is"
                + " arn:aws:iam::123456789012:role/team/app");
  }

  @ParameterizedTest
  @CsvSource({
    "404, ResourceNotFoundException, NO_ASSOCIATION, DENIED, 1",
    "400, AccessDeniedException, SERVER_NOT_PERMITTED, DENIED, 1",
    "400, InvalidTokenException, TOKEN_REJECTED, REJECTED, 1",
    "400, InvalidParameterException, REQUEST_REJECTED, REJECTED, 1",
    "429, ThrottlingException, THROTTLED, THROTTLED, 3",
    "503, ServiceUnavailableException, UNREACHABLE, UNAVAILABLE, 3",
    "500, InternalServerException, UNREACHABLE, UNAVAILABLE, 3",
  })
  void errorsOfEksAuthAreFindings(
      int httpStatus, String type, Finding finding, StsOutcome outcome, int attempts) {
    fail(httpStatus, type, "no");
    TargetException failure = failure(connection);
    assertThat(failure.finding()).isEqualTo(finding);
    assertThat(failure.ownWords()).isEqualTo(type + ": no");
    assertThat(outcomes).containsExactly(outcome);
    assertThat(asked).hasSize(attempts);
  }

  @Test
  void failureNeverShowsTheToken() {
    fail(400, "InvalidTokenException", "cannot read " + TOKEN);
    TargetException failure = failure(connection);
    assertThat(failure.ownWords()).isEqualTo("InvalidTokenException: cannot read ********");
    assertThat(failure).hasNoCause();
  }

  @Test
  void withoutAClustersNameNobodyIsAsked() {
    try (EksAuthConnection nameless = open(Optional.empty(), Optional.of(Region.EU_WEST_1))) {
      assertThat(failure(nameless).finding()).isEqualTo(Finding.NO_CLUSTER_NAME);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void withoutARegionNobodyIsAsked() {
    try (EksAuthConnection nowhere = open(Optional.of("sandbox"), Optional.empty())) {
      assertThat(failure(nowhere).ownWords()).contains("--region");
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void eksAuthThatIsAwayIsUnreachable() {
    eks.stop(0);
    assertThat(failure(connection).finding()).isEqualTo(Finding.UNREACHABLE);
  }
}
