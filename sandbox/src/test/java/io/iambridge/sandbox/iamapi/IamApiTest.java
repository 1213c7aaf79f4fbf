package io.iambridge.sandbox.iamapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.TrustPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.LimitExceededException;
import software.amazon.awssdk.services.iam.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.OpenIDConnectProviderListEntry;
import software.amazon.awssdk.services.iam.model.Role;

class IamApiTest {
  private static final String ACCOUNT = "111122223333";
  private static final String USER = "arn:aws:iam::111122223333:user/operator";
  private static final String ROLE = "arn:aws:iam::111122223333:role/team/reader";
  private static final String POLICY =
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
          "Action": "sts:AssumeRole", "Condition": {"StringLike": {"sts:RoleSessionName": "a+b *"}}}]
      }
      """;

  private final InstantSource clock = InstantSource.system();
  private final Iam iam = new Iam(clock, new Random(7));
  private IamApi api;
  private IamClient client;

  @BeforeEach
  void start() throws IOException {
    api =
        IamApi.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), iam, clock, new Random(8));
    AccessKey key = iam.createAccessKey(USER);
    client = client(key.secret(), key.id());
    iam.putRole(ROLE, TrustPolicy.parse(POLICY), Duration.ofHours(2));
    iam.permit(USER, "iam:GetRole", "*");
  }

  @AfterEach
  void stop() {
    client.close();
    api.close();
  }

  private IamClient client(String secret, String keyId) {
    return IamClient.builder()
        .endpointOverride(api.endpoint())
        .region(Region.US_EAST_1)
        .httpClient(UrlConnectionHttpClient.create())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(keyId, secret)))
        .overrideConfiguration(config -> config.retryStrategy(retries -> retries.maxAttempts(1)))
        .build();
  }

  private static void assertRefused(
      int status, String code, String message, ThrowingCallable call) {
    IamException refused = catchThrowableOfType(IamException.class, call);
    assertThat(refused.statusCode()).isEqualTo(status);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refused.awsErrorDetails().errorMessage()).contains(message);
  }

  @Test
  void aRoleTellsItsTrustPolicyAsItWasWritten() {
    Role role = client.getRole(request -> request.roleName("reader")).role();

    assertThat(role.arn()).isEqualTo(ROLE);
    assertThat(role.path()).isEqualTo("/team/");
    assertThat(role.roleName()).isEqualTo("reader");
    assertThat(role.roleId()).matches("AROA[A-Z2-7]{17}");
    assertThat(role.maxSessionDuration()).isEqualTo(7200);
    assertThat(role.createDate()).isBefore(clock.instant().plusSeconds(1));
    assertThat(URLDecoder.decode(role.assumeRolePolicyDocument(), UTF_8)).isEqualTo(POLICY);
    assertThat(role.assumeRolePolicyDocument()).doesNotContain("{", " ", "+");
    assertThat(api.received("GetRole")).isEqualTo(1);
  }

  @Test
  void anotherAccountsRoleIsNotThere() {
    iam.putRole("arn:aws:iam::444455556666:role/foreign", TrustPolicy.trusting(USER));
    for (String name : new String[] {"foreign", "missing"}) {
      NoSuchEntityException none =
          catchThrowableOfType(
              NoSuchEntityException.class, () -> client.getRole(request -> request.roleName(name)));
      assertThat(none.statusCode()).isEqualTo(404);
      assertThat(none.awsErrorDetails().errorMessage())
          .isEqualTo("The role with name " + name + " cannot be found.");
    }
  }

  @Test
  void eachActionNeedsItsPermission() {
    iam.permit(USER, "iam:GetRole", "arn:aws:iam::111122223333:role/other/*");
    assertRefused(
        403,
        "AccessDenied",
        "User: "
            + USER
            + " is not authorized to perform: iam:GetRole on resource: role reader because no"
            + " identity-based policy allows the iam:GetRole action",
        () -> client.getRole(request -> request.roleName("reader")));
    assertRefused(
        403,
        "AccessDenied",
        "iam:ListOpenIDConnectProviders on resource: arn:aws:iam::111122223333:oidc-provider/*",
        () -> client.listOpenIDConnectProviders());
    assertRefused(
        403,
        "AccessDenied",
        "iam:UpdateAssumeRolePolicy",
        () ->
            client.updateAssumeRolePolicy(
                request -> request.roleName("reader").policyDocument(POLICY)));
  }

  @Test
  void theSignatureIsChecked() {
    AccessKey key = iam.createAccessKey(USER);
    try (IamClient forger = client("x".repeat(40), key.id())) {
      assertRefused(
          403,
          "SignatureDoesNotMatch",
          "does not match",
          () -> forger.getRole(request -> request.roleName("reader")));
    }
  }

  @Test
  void aTrustPolicyIsReplacedIfItIsWellFormedAndShortEnough() {
    iam.permit(USER, "iam:UpdateAssumeRolePolicy", ROLE);
    String shorter = TrustPolicy.trusting(USER).json();
    client.updateAssumeRolePolicy(request -> request.roleName("reader").policyDocument(shorter));
    assertThat(iam.role(Arn.parse(ROLE)).orElseThrow().trust().json()).isEqualTo(shorter);
    assertThat(iam.role(Arn.parse(ROLE)).orElseThrow().maxSession()).isEqualTo(Duration.ofHours(2));

    assertThat(
            catchThrowableOfType(
                    MalformedPolicyDocumentException.class,
                    () ->
                        client.updateAssumeRolePolicy(
                            request -> request.roleName("reader").policyDocument("{}")))
                .statusCode())
        .isEqualTo(400);
    String spaced = POLICY.replace(" ", " ".repeat(400));
    client.updateAssumeRolePolicy(request -> request.roleName("reader").policyDocument(spaced));
    String tooLong = POLICY.replace("a+b *", "x".repeat(2048));
    LimitExceededException refused =
        catchThrowableOfType(
            LimitExceededException.class,
            () ->
                client.updateAssumeRolePolicy(
                    request -> request.roleName("reader").policyDocument(tooLong)));
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.awsErrorDetails().errorMessage())
        .isEqualTo("Cannot exceed quota for ACLSizePerRole: 2048");
    iam.limitTrustPolicies(ACCOUNT, 4096);
    client.updateAssumeRolePolicy(request -> request.roleName("reader").policyDocument(tooLong));
  }

  @Test
  void providersAreCreatedListedAndTold() {
    for (String action : new String[] {"List", "Get", "Create"}) {
      String plural = action.equals("List") ? "s" : "";
      iam.permit(USER, "iam:" + action + "OpenIDConnectProvider" + plural, "*");
    }
    assertThat(client.listOpenIDConnectProviders().openIDConnectProviderList()).isEmpty();
    String url = "https://oidc.example.org/id/ONE";
    String arn =
        client
            .createOpenIDConnectProvider(
                request -> request.url(url).clientIDList("sts.amazonaws.com", "other"))
            .openIDConnectProviderArn();
    assertThat(arn).isEqualTo("arn:aws:iam::111122223333:oidc-provider/oidc.example.org/id/ONE");
    iam.putOidcProvider("444455556666", url, "sts.amazonaws.com");

    assertThat(client.listOpenIDConnectProviders().openIDConnectProviderList())
        .extracting(OpenIDConnectProviderListEntry::arn)
        .containsExactly(arn);
    GetOpenIdConnectProviderResponse told =
        client.getOpenIDConnectProvider(request -> request.openIDConnectProviderArn(arn));
    assertThat(told.url()).isEqualTo("oidc.example.org/id/ONE");
    assertThat(told.clientIDList()).containsExactly("sts.amazonaws.com", "other");
    assertRefused(
        409,
        "EntityAlreadyExists",
        "already exists",
        () -> client.createOpenIDConnectProvider(request -> request.url(url)));
    assertRefused(
        404,
        "NoSuchEntity",
        "not found for arn",
        () ->
            client.getOpenIDConnectProvider(
                request -> request.openIDConnectProviderArn(arn.replace(ACCOUNT, "444455556666"))));
  }

  @Test
  void faultsAreOnPurpose() {
    api.faults().throttleNext(1);
    assertRefused(
        400, "Throttling", "Rate", () -> client.getRole(request -> request.roleName("reader")));
    api.faults().failNext(1);
    assertRefused(
        500,
        "InternalFailure",
        "failed",
        () -> client.getRole(request -> request.roleName("reader")));
    assertThat(client.getRole(request -> request.roleName("reader")).role().arn()).isEqualTo(ROLE);
  }
}
