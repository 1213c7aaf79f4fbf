package io.iambridge.sandbox.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.kubernetes.EmbeddedKubernetes;
import io.iambridge.sandbox.tokens.PodTokens;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;

class WebIdentityTest {
  private static final String AUDIENCE = "sts.amazonaws.com";
  private static final String ACCOUNT = "111122223333";
  private static final String ROLE = "arn:aws:iam::111122223333:role/team/reader";
  private static final String SUBJECT = "system:serviceaccount:default:default";

  private final FakeClock clock = new FakeClock();
  private final Iam iam = new Iam(clock, new Random(7));
  private EmbeddedKubernetes kubernetes;
  private KubernetesClient kubernetesClient;
  private PodTokens tokens;
  private StsEmulator sts;
  private StsClient client;
  private String provider;

  @BeforeEach
  void start() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, clock, new Random(5));
    kubernetesClient = kubernetes.newClient();
    tokens = new PodTokens(kubernetesClient, kubernetes.tokens());
    kubernetesClient
        .pods()
        .inNamespace("default")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("app")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    sts = StsEmulator.start(iam, "eu-west-1", /* port= */ 0, clock, new Random(8));
    sts.issuers().locate(kubernetes.issuer(), URI.create(kubernetes.url()));
    client =
        StsClient.builder()
            .endpointOverride(sts.endpoint())
            .region(Region.EU_WEST_1)
            .httpClient(UrlConnectionHttpClient.create())
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .overrideConfiguration(
                config -> config.retryStrategy(retries -> retries.maxAttempts(1)))
            .build();
    provider = iam.putOidcProvider(ACCOUNT, kubernetes.issuer(), AUDIENCE).url();
    trust("StringEquals", SUBJECT);
  }

  @AfterEach
  void stop() {
    client.close();
    sts.close();
    kubernetesClient.close();
    kubernetes.close();
  }

  /** Trusts the subject, as IRSA's documentation says. */
  private void trust(String operator, String subject) {
    iam.putRole(ROLE, TrustPolicy.parse(policy(allow(operator, subject))), Duration.ofHours(2));
  }

  private static String policy(String... statements) {
    return "{\"Version\": \"2012-10-17\", \"Statement\": [" + String.join(",", statements) + "]}";
  }

  private String allow(String operator, String subject) {
    return """
    {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::%s:oidc-provider/%s"},
     "Action": "sts:AssumeRoleWithWebIdentity",
     "Condition": {"StringEquals": {"%s:aud": "%s"}, "%s": {"%s:sub": "%s"}}}
    """
        .formatted(ACCOUNT, provider, provider, AUDIENCE, operator, provider, subject)
        .replace(
            "\"StringEquals\": {\"%s:aud\": \"%s\"}, \"StringEquals\": {"
                .formatted(provider, AUDIENCE),
            "\"StringEquals\": {\"%s:aud\": \"%s\", ".formatted(provider, AUDIENCE));
  }

  private String token() {
    return tokens.token("default", "app", AUDIENCE);
  }

  private static AssumeRoleWithWebIdentityRequest.Builder request(String token) {
    return AssumeRoleWithWebIdentityRequest.builder()
        .roleArn(ROLE)
        .roleSessionName("default.app")
        .webIdentityToken(token);
  }

  private void assertRefused(
      AssumeRoleWithWebIdentityRequest.Builder request, int status, String code, String message) {
    StsException refused =
        catchThrowableOfType(
            StsException.class, () -> client.assumeRoleWithWebIdentity(request.build()));
    assertThat(refused.statusCode()).isEqualTo(status);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refused.awsErrorDetails().errorMessage()).contains(message);
  }

  private void assertDenied() {
    assertRefused(
        request(token()),
        403,
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }

  @Test
  void aTrustedTokenGivesASessionWithoutASignature() {
    AssumeRoleWithWebIdentityResponse given =
        client.assumeRoleWithWebIdentity(request(token()).durationSeconds(7200).build());

    assertThat(given.subjectFromWebIdentityToken()).isEqualTo(SUBJECT);
    assertThat(given.audience()).isEqualTo(AUDIENCE);
    assertThat(given.provider())
        .isEqualTo("arn:aws:iam::111122223333:oidc-provider/" + provider)
        .endsWith("oidc.sandbox.iambridge.io/id/SANDBOX");
    assertThat(given.assumedRoleUser().arn())
        .isEqualTo("arn:aws:sts::111122223333:assumed-role/reader/default.app");
    assertThat(given.credentials().expiration())
        .isEqualTo(clock.instant().plus(Duration.ofHours(2)));
    AccessKey key = iam.accessKey(given.credentials().accessKeyId()).orElseThrow();
    assertThat(key.principal().arn().toString()).isEqualTo(given.assumedRoleUser().arn());
    assertThat(key.secret()).isEqualTo(given.credentials().secretAccessKey());
    assertThat(sts.calls().assumeRoleWithWebIdentity(ROLE)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "StringEquals, system:serviceaccount:default:default, true",
    "StringEquals, system:serviceaccount:default:*, false",
    "StringEquals, system:serviceaccount:other:default, false",
    "StringLike, system:serviceaccount:default:*, true",
    "StringLike, system:serviceaccount:*:default, true",
    "StringLike, system:serviceaccount:default:x*, false",
    "ForAnyValue:StringLike, system:serviceaccount:default:d*, true",
  })
  void theTrustPolicyNamesTheSubject(String operator, String subject, boolean may) {
    trust(operator, subject);
    if (may) {
      assertThat(client.assumeRoleWithWebIdentity(request(token()).build())).isNotNull();
    } else {
      assertDenied();
    }
  }

  @Test
  void anyOfSeveralStatementsAllowsAndADenyWins() {
    String other = allow("StringEquals", "system:serviceaccount:other:default");
    String server =
        """
        {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
        """;
    String allow = allow("StringEquals", SUBJECT);
    iam.putRole(ROLE, TrustPolicy.parse(policy(server, other, allow)));
    assertThat(client.assumeRoleWithWebIdentity(request(token()).build())).isNotNull();

    for (String principal :
        new String[] {
          "\"*\"",
          "{\"AWS\": \"*\"}",
          "{\"Federated\": \"arn:aws:iam::111122223333:oidc-provider/" + provider + "\"}"
        }) {
      String deny =
          "{\"Effect\": \"Deny\", \"Action\": \"sts:*\", \"Principal\": " + principal + "}";
      iam.putRole(ROLE, TrustPolicy.parse(policy(allow, deny)));
      assertDenied();
    }
    iam.putRole(ROLE, TrustPolicy.parse(policy(server, other)));
    assertDenied();
    iam.putRole(ROLE, TrustPolicy.trusting("*"));
    assertDenied();
  }

  @Test
  void aRoleThatIsNotThereIsDeniedLikeOneThatDoesNotTrust() {
    iam.deleteRole(ROLE);
    assertDenied();
  }

  @Test
  void theIssuerMustBeRegisteredInTheRolesAccount() {
    String foreign = "arn:aws:iam::444455556666:role/reader";
    iam.putRole(foreign, TrustPolicy.parse(policy(allow("StringEquals", SUBJECT))));
    assertRefused(
        request(token()).roleArn(foreign),
        400,
        "InvalidIdentityToken",
        "No OpenIDConnect provider found in your account for " + kubernetes.issuer());

    iam.putOidcProvider("444455556666", kubernetes.issuer(), AUDIENCE);
    // Its trust policy names the other account's provider.
    assertRefused(request(token()).roleArn(foreign), 403, "AccessDenied", "Not authorized");
    iam.putRole(
        foreign,
        TrustPolicy.parse(policy(allow("StringEquals", SUBJECT)).replace(ACCOUNT, "444455556666")));
    assertThat(
            client
                .assumeRoleWithWebIdentity(request(token()).roleArn(foreign).build())
                .assumedRoleUser()
                .arn())
        .isEqualTo("arn:aws:sts::444455556666:assumed-role/reader/default.app");

    iam.removeOidcProvider(ACCOUNT, kubernetes.issuer());
    assertRefused(request(token()), 400, "InvalidIdentityToken", "No OpenIDConnect provider");
  }

  @Test
  void theAudienceMustBeRegisteredAndTrusted() {
    String pods = tokens.token("default", "app", "pods.eks.amazonaws.com");
    assertRefused(request(pods), 400, "InvalidIdentityToken", "Incorrect token audience");
    iam.putOidcProvider(ACCOUNT, kubernetes.issuer(), AUDIENCE, "pods.eks.amazonaws.com");
    assertRefused(request(pods), 403, "AccessDenied", "Not authorized");
  }

  @Test
  void anEndedTokenIsExpired() {
    assertRefused(
        request(tokens.endingIn(Duration.ofMinutes(-1), "default", "app", AUDIENCE)),
        400,
        "ExpiredTokenException",
        "must be before the expiration date/time");
  }

  @Test
  void theSignatureMustBeAPublishedKeys() {
    String[] parts = token().split("\\.", -1);
    String[] others = tokens.podIdentityToken("default", "app").split("\\.", -1);
    assertRefused(
        request(parts[0] + "." + parts[1] + "." + others[2]),
        400,
        "InvalidIdentityToken",
        "could not be validated");
    assertRefused(request("no.token.atall"), 400, "InvalidIdentityToken", "not a valid JWT");
    String old = token();
    kubernetes.tokens().keys().rotate();
    assertThat(client.assumeRoleWithWebIdentity(request(old).build())).isNotNull();
    assertThat(client.assumeRoleWithWebIdentity(request(token()).build())).isNotNull();
    kubernetes.tokens().keys().forgetOld();
    assertRefused(request(old), 400, "InvalidIdentityToken", "Couldn't retrieve verification key");
  }

  @Test
  void anIssuerThatDoesNotAnswerIsACommunicationError() throws IOException {
    String token = token();
    kubernetes.goDown();
    assertRefused(request(token), 400, "IDPCommunicationError", "could not be reached");
    kubernetes.comeBack();
    assertThat(client.assumeRoleWithWebIdentity(request(token).build())).isNotNull();
  }

  @Test
  void parametersAreCheckedFirst() {
    assertRefused(request(token()).roleSessionName("a"), 400, "ValidationError", "greater than");
    assertRefused(request(token()).durationSeconds(899), 400, "ValidationError", "900");
    assertRefused(request(token()).policy("{}"), 400, "ValidationError", "parameter Policy");
    assertRefused(
        request(token()).durationSeconds(7201), 400, "ValidationError", "MaxSessionDuration");
    assertRefused(request("a"), 400, "ValidationError", "webIdentityToken");
    sts.faults().denyRole(ROLE);
    assertDenied();
  }
}
