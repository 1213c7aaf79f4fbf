package io.iambridge.server.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.iambridge.common.cli.StartException;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Issuer;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.StsOutcome;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.testing.StsStub;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

class StsIssuerTest {
  private static final RoleArn ROLE = RoleArn.parse("arn:aws:iam::123456789012:role/team/app");
  private static final Session SESSION = Session.of(ROLE, "kiam-kiam");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final AwsRegionProvider NOWHERE =
      () -> {
        throw SdkClientException.create("no region");
      };

  private final FakeClock clock = new FakeClock();
  private final RecordedMetrics metrics = new RecordedMetrics();
  private final List<AutoCloseable> opened = new ArrayList<>();
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

  @Test
  void assumesTheRoleWithEverythingOfTheSession() throws Exception {
    Session session =
        new Session(ROLE, "kiam-web", Optional.of("ext-1"), Map.of("team", "a", "app", "b"));
    Credentials credentials = issuer(config()).issue(session);

    assertThat(credentials.accessKeyId()).isEqualTo("ASIA1");
    assertThat(credentials.secretAccessKey()).isEqualTo("stub-secret");
    assertThat(credentials.sessionToken()).isEqualTo("stub-token");
    assertThat(credentials.issued()).isEqualTo(clock.instant());
    assertThat(credentials.expiration()).isEqualTo(Instant.parse("2099-01-01T00:00:00Z"));
    Map<String, String> request = sts.assumeRoles().getFirst();
    assertThat(request)
        .containsEntry("RoleArn", ROLE.toString())
        .containsEntry("RoleSessionName", "kiam-web")
        .containsEntry("ExternalId", "ext-1")
        .containsEntry("DurationSeconds", "3600")
        .containsEntry("Tags.member.1.Key", "app")
        .containsEntry("Tags.member.1.Value", "b")
        .containsEntry("Tags.member.2.Key", "team");
    assertThat(request.get("authorization")).contains("eu-west-1/sts/aws4_request");
    assertThat(metrics.outcomes).containsExactly(StsOutcome.OK);
  }

  @Test
  void sessionWithoutExternalIdSendsNone() throws Exception {
    issuer(config()).issue(SESSION);
    assertThat(sts.assumeRoles().getFirst()).doesNotContainKeys("ExternalId", "Tags.member.1.Key");
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, STS_DENIED, true",
    "403, AccessDeniedException, STS_DENIED, true",
    "400, ValidationError, STS_REJECTED, true",
    "400, MalformedPolicyDocument, STS_REJECTED, true",
    "400, PackedPolicyTooLarge, STS_REJECTED, true",
    "403, RegionDisabledException, STS_REJECTED, true",
    "400, Throttling, STS_THROTTLED, false",
    "400, ThrottlingException, STS_THROTTLED, false",
    "503, ServiceUnavailable, STS_UNAVAILABLE, false",
    "500, InternalFailure, STS_UNAVAILABLE, false",
    "403, ExpiredToken, STS_UNAVAILABLE, false",
    "403, InvalidClientTokenId, STS_UNAVAILABLE, false",
    "403, SignatureDoesNotMatch, STS_UNAVAILABLE, false",
  })
  void errorsOfStsBecomeReasons(int status, String code, Reason reason, boolean permanent) {
    sts.fail(status, code, "words of AWS");
    IssueException e = failure(issuer(config()), SESSION);
    assertThat(e.reason()).isEqualTo(reason);
    assertThat(e.permanent()).isEqualTo(permanent);
    assertThat(e).hasMessageContaining(ROLE.toString()).hasMessageContaining("words of AWS");
  }

  @Test
  void noAnswerIsUnavailable() {
    URI nobody = sts.endpoint();
    sts.close();
    IssueException e = failure(issuer(config(Optional.of(nobody), Optional.empty(), 1)), SESSION);
    assertThat(e.reason()).isEqualTo(Reason.STS_UNAVAILABLE);
    assertThat(metrics.outcomes).containsExactly(StsOutcome.UNAVAILABLE);
  }

  @Test
  void anAnswerThatDoesNotComeIsUnavailableInTime() {
    CountDownLatch held = sts.hold();
    StsConfig quick = withTimeouts(config(), Duration.ofMillis(100), Duration.ofMillis(500));
    IssueException e = failure(issuer(quick), SESSION);
    held.countDown();
    assertThat(e.reason()).isEqualTo(Reason.STS_UNAVAILABLE);
  }

  @Test
  void messagesAreOneLineAndMaskTheExternalId() {
    sts.fail(400, "ValidationError", "Value 'my-external' at 'externalId'\n failed");
    IssueException e =
        failure(issuer(config()), new Session(ROLE, "s", Optional.of("my-external"), Map.of()));
    assertThat(e.getMessage()).doesNotContain("my-external", "\n").contains("********");
  }

  @Test
  void callsBeyondTheConcurrencyWaitForAPlace() throws Exception {
    CountDownLatch held = sts.hold();
    StsConfig one = config(Optional.of(sts.endpoint()), Optional.empty(), 1);
    Issuer issuer = issuer(withTimeouts(one, PATIENCE, PATIENCE));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Credentials>> calls = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        calls.add(threads.submit(() -> issuer.issue(SESSION)));
      }
      org.awaitility.Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> sts.assumeRoles().size() == 1 && metrics.waiting.getAsDouble() == 4);
      assertThat(metrics.inFlight.getAsDouble()).isEqualTo(1);
      held.countDown();
      for (Future<Credentials> call : calls) {
        assertThat(call.get().accessKeyId()).startsWith("ASIA");
      }
    }
    assertThat(metrics.inFlight.getAsDouble()).isZero();
  }

  @Test
  void aCallThatFindsNoPlaceInTimeSaysSo() throws Exception {
    CountDownLatch held = sts.hold();
    StsConfig one = config(Optional.of(sts.endpoint()), Optional.empty(), 1);
    Issuer issuer =
        issuer(withTimeouts(withPlaceTimeout(one, Duration.ofMillis(50)), PATIENCE, PATIENCE));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> issuer.issue(SESSION));
      org.awaitility.Awaitility.await().atMost(PATIENCE).until(() -> !sts.assumeRoles().isEmpty());
      IssueException e = failure(issuer, SESSION);
      assertThat(e.reason()).isEqualTo(Reason.STS_UNAVAILABLE);
      assertThat(e).hasMessageContaining("--sts-concurrency");
      held.countDown();
      assertThat(first.get()).isNotNull();
    }
    assertThat(metrics.outcomes).contains(StsOutcome.NO_PLACE);
  }

  @Test
  void withAssumeRoleArnThatRoleIsAssumedFirst() throws Exception {
    RoleArn own = RoleArn.parse("arn:aws:iam::123456789012:role/iambridge-server");
    Issuer issuer = issuer(config(Optional.of(sts.endpoint()), Optional.of(own), 4));
    assertThat(issuer.issue(SESSION).accessKeyId()).isEqualTo("ASIA2");
    assertThat(sts.assumeRoles()).hasSize(2);
    assertThat(sts.assumeRoles().get(0)).containsEntry("RoleArn", own.toString());
    assertThat(sts.assumeRoles().get(0).get("authorization")).contains("Credential=AKIDTEST/");
    assertThat(sts.assumeRoles().get(1).get("authorization")).contains("Credential=ASIA1/");
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:sts::123456789012:assumed-role/server/i-1, 3600",
    "arn:aws:iam::123456789012:user/server, 7200",
    "arn:aws:iam::123456789012:root, 7200",
    "what is this, 3600",
  })
  void longSessionsAreCutToAnHourForAnAssumedRole(String identity, String seconds)
      throws Exception {
    sts.identity(identity);
    issuer(withDuration(config(), Duration.ofHours(2))).issue(SESSION);
    assertThat(sts.assumeRoles().getFirst()).containsEntry("DurationSeconds", seconds);
  }

  @Test
  void identityGivesTheBaseOfRoleNames() {
    sts.identity("arn:aws-cn:sts::210987654321:assumed-role/a/b");
    assertThat(connection(config()).identity().roleBaseArn())
        .isEqualTo("arn:aws-cn:iam::210987654321:role/");
  }

  @Test
  void identityThatStsDoesNotTellStopsTheStart() {
    sts.identity("nonsense");
    StsConnection connection = connection(config());
    assertThatThrownBy(connection::identity)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("GetCallerIdentity");
  }

  /** The regional one answers nearby and issues tokens that are good everywhere. */
  @Test
  void withoutAnEndpointTheRegionsOwnIsAsked() throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // Everything goes through a proxy that only listens: nothing leaves this machine.
      System.setProperty("https.proxyHost", "127.0.0.1");
      System.setProperty("https.proxyPort", Integer.toString(proxy.getLocalPort()));
      Future<?> asking =
          threads.submit(connection(config(Optional.empty(), Optional.empty(), 1))::identity);
      proxy.setSoTimeout((int) PATIENCE.toMillis());
      try (Socket asked = proxy.accept();
          BufferedReader request =
              new BufferedReader(
                  new InputStreamReader(asked.getInputStream(), StandardCharsets.US_ASCII))) {
        assertThat(request.readLine())
            .isEqualTo("CONNECT sts.eu-west-1.amazonaws.com:443 HTTP/1.1");
      }
      assertThatThrownBy(asking::get).hasCauseInstanceOf(StartException.class);
    } finally {
      System.clearProperty("https.proxyHost");
      System.clearProperty("https.proxyPort");
    }
  }

  private StsConfig config() {
    return config(Optional.of(sts.endpoint()), Optional.empty(), 4);
  }

  private static StsConfig config(
      Optional<URI> endpoint, Optional<RoleArn> assumeRole, int concurrency) {
    return new StsConfig(
        Optional.of("eu-west-1"),
        endpoint,
        assumeRole,
        Duration.ofHours(1),
        concurrency,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(6));
  }

  private static StsConfig withDuration(StsConfig config, Duration duration) {
    return new StsConfig(
        config.region(),
        config.endpoint(),
        config.assumeRole(),
        duration,
        config.concurrency(),
        config.placeTimeout(),
        config.attemptTimeout(),
        config.callTimeout());
  }

  private static StsConfig withPlaceTimeout(StsConfig config, Duration placeTimeout) {
    return new StsConfig(
        config.region(),
        config.endpoint(),
        config.assumeRole(),
        config.sessionDuration(),
        config.concurrency(),
        placeTimeout,
        config.attemptTimeout(),
        config.callTimeout());
  }

  private static StsConfig withTimeouts(StsConfig config, Duration attempt, Duration call) {
    return new StsConfig(
        config.region(),
        config.endpoint(),
        config.assumeRole(),
        config.sessionDuration(),
        config.concurrency(),
        config.placeTimeout(),
        attempt,
        call);
  }

  private StsConnection connection(StsConfig config) {
    StsConnection connection = StsConnection.open(config, keys(), NOWHERE);
    opened.add(connection);
    return connection;
  }

  private Issuer issuer(StsConfig config) {
    return connection(config).issuer(clock, metrics);
  }

  private static StaticCredentialsProvider keys() {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDTEST", "secret"));
  }

  private static IssueException failure(Issuer issuer, Session session) {
    return catchThrowableOfType(IssueException.class, () -> issuer.issue(session));
  }

  private static final class RecordedMetrics implements ServerMetrics {
    private final List<StsOutcome> outcomes = new CopyOnWriteArrayList<>();
    private DoubleSupplier inFlight = () -> -1;
    private DoubleSupplier waiting = () -> -1;

    @Override
    public void stsCall(StsOutcome outcome, Duration latency) {
      outcomes.add(outcome);
    }

    @Override
    public void stsLoad(DoubleSupplier inFlight, DoubleSupplier waiting) {
      this.inFlight = inFlight;
      this.waiting = waiting;
    }
  }
}
