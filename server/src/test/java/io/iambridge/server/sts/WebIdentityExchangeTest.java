package io.iambridge.server.sts;

import static io.iambridge.server.testing.TargetFixtures.ROLE;
import static io.iambridge.server.testing.TargetFixtures.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.StsOutcome;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.TargetException;
import io.iambridge.server.targets.TokenExchange;
import io.iambridge.server.testing.StsStub;
import io.iambridge.server.testing.TargetFixtures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

class WebIdentityExchangeTest {
  private static final String WEB = "AssumeRoleWithWebIdentity";
  private static final RoleArn VIA = RoleArn.parse("arn:aws:iam::210987654321:role/irsa");
  private static final Session DIRECT =
      TargetFixtures.webIdentity(Optional.empty(), Optional.empty());
  private static final Session CHAINED =
      TargetFixtures.webIdentity(Optional.of(VIA), Optional.empty());

  private final FakeClock clock = new FakeClock();
  private final List<StsOutcome> outcomes = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final ServerMetrics metrics =
      new ServerMetrics() {
        @Override
        public void stsCall(StsOutcome outcome, Duration latency) {
          outcomes.add(outcome);
        }
      };
  private StsStub sts;

  @BeforeEach
  void start() throws Exception {
    sts = new StsStub();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
    sts.close();
  }

  private TokenExchange exchange(Duration sessionDuration, int concurrency, Duration patience) {
    return exchange(sts.endpoint(), sessionDuration, concurrency, patience);
  }

  private TokenExchange exchange(
      URI endpoint, Duration sessionDuration, int concurrency, Duration patience) {
    StsConnection connection =
        StsConnection.open(
            new StsConfig(
                Optional.of("eu-west-1"),
                Optional.of(endpoint),
                Optional.empty(),
                sessionDuration,
                concurrency,
                patience,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5)),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAOWN", "own-secret")),
            () -> Region.EU_WEST_1);
    opened.add(connection);
    return connection.webIdentity(clock, metrics);
  }

  private TokenExchange exchange(Duration sessionDuration) {
    return exchange(sessionDuration, 64, Duration.ofSeconds(10));
  }

  private TokenExchange exchange() {
    return exchange(Duration.ofHours(1));
  }

  private TargetException failure(TokenExchange exchange, Session session) {
    return catchThrowableOfType(TargetException.class, () -> exchange.exchange(session, TOKEN));
  }

  @Test
  void tokenIsExchangedWithoutAnyCredentialsOfOurs() throws Exception {
    Credentials credentials = exchange().exchange(DIRECT, TOKEN);

    assertThat(credentials.accessKeyId()).isEqualTo("ASIA1");
    assertThat(credentials.secretAccessKey()).isEqualTo("stub-secret");
    assertThat(credentials.sessionToken()).isEqualTo("stub-token");
    assertThat(credentials.issued()).isEqualTo(clock.instant());
    assertThat(credentials.expiration()).isEqualTo(Instant.parse("2099-01-01T00:00:00Z"));
    assertThat(credentials.stsRequestId()).isEqualTo("request-1");
    assertThat(credentials.mechanism()).isEqualTo(Mechanism.Kind.WEB_IDENTITY);
    assertThat(credentials.fallback()).isFalse();
    assertThat(sts.requests(WEB))
        .singleElement()
        .satisfies(request ->
            assertThat(request)
                .containsEntry("RoleArn", ROLE.toString())
                .containsEntry("RoleSessionName", "apps-app-1")
                .containsEntry("WebIdentityToken", TOKEN)
                .containsEntry("DurationSeconds", "3600")
                .containsEntry("authorization", "null"));
    assertThat(sts.assumeRoles()).isEmpty();
    assertThat(outcomes).containsExactly(StsOutcome.OK);
  }

  @Test
  void secondRoleIsAssumedWithTheFirstOnesCredentialsForAnHourAtMost() throws Exception {
    Session session =
        new Session(
            ROLE, "apps-app-1", Optional.of("ext-1"), Map.of("team", "a"), CHAINED.mechanism());
    Credentials credentials = exchange(Duration.ofHours(6)).exchange(session, TOKEN);

    assertThat(credentials.accessKeyId()).isEqualTo("ASIA2");
    assertThat(credentials.mechanism()).isEqualTo(Mechanism.Kind.WEB_IDENTITY);
    assertThat(sts.requests(WEB).getFirst())
        .containsEntry("RoleArn", VIA.toString())
        .containsEntry("DurationSeconds", "900")
        .containsEntry("authorization", "null");
    assertThat(sts.assumeRoles().getFirst())
        .containsEntry("RoleArn", ROLE.toString())
        .containsEntry("RoleSessionName", "apps-app-1")
        .containsEntry("DurationSeconds", "3600")
        .containsEntry("ExternalId", "ext-1")
        .containsEntry("Tags.member.1.Key", "team");
    assertThat(sts.assumeRoles().getFirst().get("authorization"))
        .contains("Credential=ASIA1/")
        .contains("/eu-west-1/sts/aws4_request")
        .contains("x-amz-security-token");
    assertThat(outcomes).containsExactly(StsOutcome.OK, StsOutcome.OK);
  }

  @Test
  void secondRoleThatDoesNotLetTheFirstInIsAChainsFinding() {
    sts.failOnly("AssumeRole", 403, "AccessDenied", "is not authorized to perform: sts:AssumeRole");
    assertThat(failure(exchange(), CHAINED).finding()).isEqualTo(Finding.CHAIN_DENIED);
    sts.failOnly(WEB, 403, "AccessDenied", "Not authorized to perform " + WEB);
    assertThat(failure(exchange(), CHAINED).finding()).isEqualTo(Finding.TRUST_DENIES_SUBJECT);
  }

  @Test
  void roleThatAllowsNoLongSessionGetsAnHour() {
    sts.failOnly(
        WEB,
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    // The stub says so whatever is asked for, so that both attempts are seen.
    assertThat(failure(exchange(Duration.ofHours(6)), DIRECT).finding())
        .isEqualTo(Finding.REQUEST_REJECTED);
    assertThat(sts.requests(WEB))
        .extracting(request -> request.get("DurationSeconds"))
        .containsExactly("21600", "3600");
  }

  @Test
  void hourThatIsRefusedIsNotAskedForTwice() {
    sts.failOnly(WEB, 400, "ValidationError", "exceeds the MaxSessionDuration set for this role");
    assertThat(failure(exchange(), DIRECT).finding()).isEqualTo(Finding.REQUEST_REJECTED);
    assertThat(sts.requests(WEB)).hasSize(1);
  }

  @Test
  void failureNeverShowsTheToken() {
    sts.fail(400, "InvalidIdentityToken", "The token " + TOKEN + " could not be validated");
    TargetException failure = failure(exchange(), DIRECT);
    StringWriter printed = new StringWriter();
    failure.printStackTrace(new PrintWriter(printed));

    assertThat(failure.finding()).isEqualTo(Finding.TOKEN_REJECTED);
    assertThat(failure.ownWords())
        .isEqualTo("InvalidIdentityToken: The token ******** could not be validated");
    assertThat(printed.toString()).doesNotContain(TOKEN).doesNotContain("c2lnbmF0dXJl");
    assertThat(failure).hasNoCause();
    assertThat(outcomes).containsExactly(StsOutcome.REJECTED);
  }

  @Test
  void failureOfAChainShowsNeitherTheExternalIdNorWhatTheFirstRoleGave() {
    Session session =
        new Session(ROLE, "apps-app-1", Optional.of("ext-1"), Map.of(), CHAINED.mechanism());
    sts.failOnly(
        "AssumeRole", 403, "AccessDenied", "not with ext-1, stub-token and stub-secret: " + TOKEN);

    assertThat(failure(exchange(), session).ownWords())
        .isEqualTo("AccessDenied: not with ********, ******** and ********: ********");
  }

  @Test
  void stsThatIsAwayIsUnreachable() {
    URI closed = sts.endpoint();
    sts.close();
    TokenExchange exchange = exchange(closed, Duration.ofHours(1), 1, Duration.ofSeconds(10));
    assertThat(failure(exchange, DIRECT).finding()).isEqualTo(Finding.UNREACHABLE);
    assertThat(outcomes).containsExactly(StsOutcome.UNAVAILABLE);
  }

  @Test
  void callsThatFindNoPlaceEndUnreachable() throws Exception {
    CountDownLatch gate = sts.hold();
    TokenExchange exchange = exchange(Duration.ofHours(1), 1, Duration.ofMillis(50));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Credentials> first = threads.submit(() -> exchange.exchange(DIRECT, TOKEN));
      while (sts.requests(WEB).isEmpty()) {
        Thread.onSpinWait();
      }
      TargetException failure = failure(exchange, DIRECT);
      gate.countDown();
      first.get(30, TimeUnit.SECONDS);
      assertThat(failure.finding()).isEqualTo(Finding.UNREACHABLE);
      assertThat(failure.ownWords()).contains("--sts-concurrency");
    }
    assertThat(outcomes).containsExactlyInAnyOrder(StsOutcome.NO_PLACE, StsOutcome.OK);
  }
}
