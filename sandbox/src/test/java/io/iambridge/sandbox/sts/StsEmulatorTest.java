package io.iambridge.sandbox.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.TrustPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;
import software.amazon.awssdk.services.sts.model.Tag;

class StsEmulatorTest {

  private final StsFixture fixture = new StsFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void issuedCredentialsNameRoleAndSession() {
    Instant before = fixture.clock.instant().minusSeconds(1);
    AssumeRoleResponse assumed;
    try (StsClient client = fixture.asServer()) {
      assumed = client.assumeRole(StsFixture.request(StsFixture.ROLE).build());
    }

    assertThat(assumed.assumedRoleUser().arn())
        .isEqualTo("arn:aws:sts::111122223333:assumed-role/reader/kiam-kiam");
    assertThat(assumed.assumedRoleUser().assumedRoleId()).matches("AROA[A-Z2-7]{17}:kiam-kiam");
    Credentials credentials = assumed.credentials();
    assertThat(credentials.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
    assertThat(credentials.secretAccessKey()).hasSize(40);
    assertThat(credentials.expiration())
        .isBetween(before.plus(Duration.ofHours(1)), before.plus(Duration.ofMinutes(61)))
        .isEqualTo(credentials.expiration().truncatedTo(ChronoUnit.SECONDS));

    try (StsClient pod = fixture.as(credentials)) {
      GetCallerIdentityResponse identity = pod.getCallerIdentity();
      assertThat(identity.arn()).isEqualTo(assumed.assumedRoleUser().arn());
      assertThat(identity.userId()).isEqualTo(assumed.assumedRoleUser().assumedRoleId());
      assertThat(identity.account()).isEqualTo("111122223333");
    }
  }

  @Test
  void longTermKeyNamesItsUser() {
    try (StsClient client = fixture.asServer()) {
      GetCallerIdentityResponse identity = client.getCallerIdentity();

      assertThat(identity.arn()).isEqualTo(StsFixture.USER);
      assertThat(identity.userId()).matches("AIDA[A-Z2-7]{17}");
      assertThat(identity.responseMetadata().requestId()).matches("[0-9a-f-]{36}");
    }
  }

  @Test
  void wrongSecretIsRefused() {
    StsException refused =
        refusalOf(
            fixture.client(
                AwsBasicCredentials.create(fixture.server.id(), "x".repeat(40)), builder -> {}),
            StsClient::getCallerIdentity);

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch");
    assertThat(refused.awsErrorDetails().errorMessage())
        .startsWith("The request signature we calculated does not match");
    assertThat(refused.requestId()).matches("[0-9a-f-]{36}");
  }

  @Test
  void unknownKeyIsRefused() {
    StsException refused =
        refusalOf(
            fixture.client(AwsBasicCredentials.create("AKIANOBODY", "secret"), builder -> {}),
            StsClient::getCallerIdentity);

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InvalidClientTokenId");
  }

  @Test
  void tamperedTokenIsRefused() {
    Credentials issued = fixture.assume(StsFixture.ROLE);
    StsException refused =
        refusalOf(
            fixture.client(
                AwsSessionCredentials.create(
                    issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken() + "A"),
                builder -> {}),
            StsClient::getCallerIdentity);

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InvalidClientTokenId");
  }

  @Test
  void requestSignedForAnotherRegionIsRefused() {
    StsException refused =
        refusalOf(
            fixture.client(
                AwsBasicCredentials.create(fixture.server.id(), fixture.server.secret()),
                builder -> builder.region(Region.US_EAST_1)),
            StsClient::getCallerIdentity);

    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch");
    assertThat(refused.awsErrorDetails().errorMessage()).contains("valid region, not 'us-east-1'");
  }

  @Test
  void expiredCredentialsAreRefused() {
    StsException refused = refusalOf(fixture.as(expired()), StsClient::getCallerIdentity);

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("ExpiredToken");
  }

  @Test
  void roleThatDoesNotTrustIsRefusedAsOneThatDoesNotExist() {
    String untrusting = "arn:aws:iam::111122223333:role/untrusting";
    String missing = "arn:aws:iam::111122223333:role/missing";
    fixture.iam.putRole(untrusting, TrustPolicy.trusting("444455556666"));

    for (String role : new String[] {untrusting, missing}) {
      StsException refused = refusalOfAssuming(StsFixture.request(role));

      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
      assertThat(refused.awsErrorDetails().errorMessage())
          .isEqualTo(
              "User: "
                  + StsFixture.USER
                  + " is not authorized to perform: sts:AssumeRole on resource: "
                  + role);
    }
  }

  @Test
  void externalIdMustBeTheAgreedOne() {
    String role = "arn:aws:iam::444455556666:role/partner";
    fixture.iam.permitAssumeRole(StsFixture.USER, role);
    fixture.iam.putRole(
        role,
        TrustPolicy.parse(
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
              "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole",
              "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}}}]}
            """));
    try (StsClient client = fixture.asServer()) {
      assertThat(client.assumeRole(StsFixture.request(role).externalId("agreed").build()))
          .isNotNull();
    }

    for (String wrong : new String[] {"other", null}) {
      assertThat(refusalOfAssuming(StsFixture.request(role).externalId(wrong)).statusCode())
          .isEqualTo(403);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "7200, ",
    "7201, The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    "899, Member must have value greater than or equal to 900",
    "43201, Member must have value less than or equal to 43200",
  })
  void durationHasLimits(int seconds, String message) {
    AssumeRoleRequest.Builder request =
        StsFixture.request(StsFixture.ROLE).durationSeconds(seconds);
    if (message == null) {
      try (StsClient client = fixture.asServer()) {
        assertThat(client.assumeRole(request.build()).credentials().expiration())
            .isAfter(fixture.clock.instant().plusSeconds(seconds - 60));
      }
    } else {
      assertValidationError(refusalOfAssuming(request), message);
    }
  }

  @Test
  void chainedSessionsLastAnHourAtMost() {
    String second = "arn:aws:iam::111122223333:role/second";
    fixture.iam.putRole(second, TrustPolicy.trusting(StsFixture.ROLE), Duration.ofHours(12));
    Credentials first = fixture.assume(StsFixture.ROLE);

    try (StsClient chained = fixture.as(first)) {
      assertThat(chained.assumeRole(StsFixture.request(second).build()).assumedRoleUser().arn())
          .endsWith(":assumed-role/second/kiam-kiam");
    }
    assertValidationError(
        refusalOf(
            fixture.as(first),
            client -> client.assumeRole(StsFixture.request(second).durationSeconds(3601).build())),
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
            + " chaining.");
  }

  @ParameterizedTest
  @CsvSource({
    "a, Member must have length greater than or equal to 2",
    "with space, Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    "kiam/x, Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    "0123456789012345678901234567890123456789012345678901234567890123x, less than or equal to 64",
  })
  void sessionNameHasAForm(String name, String message) {
    assertValidationError(
        refusalOfAssuming(StsFixture.request(StsFixture.ROLE).roleSessionName(name)), message);
  }

  @ParameterizedTest
  @CsvSource({
    "arn:foo, Member must have length greater than or equal to 20",
    "arn:aws:iam::111122223333:user/x, is invalid",
    "arn:aws:s3:::bucket-of-somebody, is invalid",
  })
  void roleArnHasAForm(String arn, String message) {
    assertValidationError(refusalOfAssuming(StsFixture.request(arn)), message);
  }

  @Test
  void externalIdHasAForm() {
    assertValidationError(
        refusalOfAssuming(StsFixture.request(StsFixture.ROLE).externalId("x")),
        "Member must have length greater than or equal to 2");
    assertValidationError(
        refusalOfAssuming(StsFixture.request(StsFixture.ROLE).externalId("a b")),
        "Member must satisfy regular expression pattern");
  }

  @Test
  void missingParameterIsNamed() {
    assertValidationError(
        refusalOfAssuming(AssumeRoleRequest.builder().roleArn(StsFixture.ROLE)),
        "Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null");
  }

  @Test
  void whatIsNotEmulatedIsRefusedRatherThanLeftOut() {
    assertValidationError(
        refusalOfAssuming(StsFixture.request(StsFixture.ROLE).policy("{}")),
        "does not know the parameter Policy");
    StsException refused = refusalOf(fixture.asServer(), StsClient::getSessionToken);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InvalidAction");
  }

  @Test
  void tagsNeedAPermissionOfTheirOwn() {
    AssumeRoleRequest.Builder request =
        StsFixture.request(StsFixture.ROLE).tags(tag("kubernetes-namespace", "shop"));
    StsException refused = refusalOfAssuming(request);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
    assertThat(refused.awsErrorDetails().errorMessage())
        .isEqualTo(
            "User: %s is not authorized to perform: sts:TagSession on resource: %s"
                .formatted(StsFixture.USER, StsFixture.ROLE));

    fixture.iam.putRole(
        StsFixture.ROLE,
        TrustPolicy.parse(
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
              "Principal": {"AWS": "%s"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
              "Condition": {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop"}}}]}
            """
                .formatted(StsFixture.USER)));
    try (StsClient client = fixture.asServer()) {
      assertThat(client.assumeRole(request.transitiveTagKeys("kubernetes-namespace").build()))
          .isNotNull();
    }
    assertThat(refusalOfAssuming(request.tags(tag("kubernetes-namespace", "x"))).statusCode())
        .isEqualTo(403);
  }

  @Test
  void tagsHaveLimits() {
    assertThat(
            refusalOfAssuming(
                    StsFixture.request(StsFixture.ROLE).tags(tag("a", "1"), tag("A", "2")))
                .awsErrorDetails()
                .errorMessage())
        .startsWith("Duplicate tag keys found.");
    assertThat(
            refusalOfAssuming(StsFixture.request(StsFixture.ROLE).tags(tag("aws:x", "1")))
                .awsErrorDetails()
                .errorCode())
        .isEqualTo("InvalidParameterValue");
    assertValidationError(
        refusalOfAssuming(StsFixture.request(StsFixture.ROLE).tags(tag("x".repeat(129), "1"))),
        "Member must have length less than or equal to 128");
    assertThat(
            refusalOfAssuming(
                    StsFixture.request(StsFixture.ROLE).tags(tag("a", "1")).transitiveTagKeys("b"))
                .awsErrorDetails()
                .errorMessage())
        .contains("must be included in the requested tags");
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  @Test
  void otherPartitionsWork() {
    String role = "arn:aws-us-gov:iam::777788889999:role/gov";
    String user = "arn:aws-us-gov:iam::777788889999:user/gov";
    fixture.iam.putRole(role, TrustPolicy.trusting(user));
    var key = fixture.iam.createAccessKey(user);
    try (StsClient client =
        fixture.client(AwsBasicCredentials.create(key.id(), key.secret()), builder -> {})) {
      assertThat(client.assumeRole(StsFixture.request(role).build()).assumedRoleUser().arn())
          .isEqualTo("arn:aws-us-gov:sts::777788889999:assumed-role/gov/kiam-kiam");
    }
  }

  @Test
  void secretsOfAllKeysAreListed() {
    Credentials issued = fixture.assume(StsFixture.ROLE);

    assertThat(fixture.sts.secrets())
        .contains(fixture.server.secret(), issued.secretAccessKey(), issued.sessionToken());
  }

  /** Credentials that have just run out. */
  private Credentials expired() {
    var role = fixture.iam.role(Arn.parse(StsFixture.ROLE)).orElseThrow();
    var key =
        fixture.iam.issue(new Principal.AssumedRole(role, "kiam-kiam"), fixture.clock.instant());
    return Credentials.builder()
        .accessKeyId(key.id())
        .secretAccessKey(key.secret())
        .sessionToken(key.temporary().orElseThrow().sessionToken())
        .build();
  }

  private StsException refusalOfAssuming(AssumeRoleRequest.Builder request) {
    return refusalOf(fixture.asServer(), client -> client.assumeRole(request.build()));
  }

  private static StsException refusalOf(StsClient client, Consumer<StsClient> call) {
    try (client) {
      return catchThrowableOfType(StsException.class, () -> call.accept(client));
    }
  }

  private static void assertValidationError(StsException refused, String message) {
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("ValidationError");
    assertThat(refused.awsErrorDetails().errorMessage()).contains(message);
  }
}
