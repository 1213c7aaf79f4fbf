package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.iambridge.sandbox.eksagent.EksAgentEmulator;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.iamapi.IamApi;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** That the services of a sandbox fit together, without the server. */
@TestInstance(Lifecycle.PER_CLASS)
class SandboxServicesTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/website";
  private static final String FOREIGN = "arn:aws:iam::444455556666:role/orders";

  private Sandbox sandbox;
  private AwsCredentialsProvider server;

  @BeforeAll
  void start() {
    sandbox = Sandbox.startWithoutAgent(Place.LOOPBACK, SandboxPorts.FREE);
    AccessKey key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
    server = StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
    sandbox
        .client()
        .pods()
        .inNamespace("default")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("website")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            sandbox
                .client()
                .pods()
                .inNamespace("default")
                .withName("website")
                .get()
                .getStatus()
                .getPhase()
                .equals("Running"));
    String provider = sandbox.issuer().substring("https://".length());
    sandbox
        .iam()
        .putRole(
            ROLE,
            TrustPolicy.parse(
                """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow",
                   "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/%s"},
                   "Action": "sts:AssumeRoleWithWebIdentity",
                   "Condition": {"StringEquals": {
                     "%s:sub": "system:serviceaccount:default:default",
                     "%s:aud": "sts.amazonaws.com"}}},
                  {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
                   "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
                """
                    .formatted(provider, provider, provider)));
  }

  @AfterAll
  void stop() {
    sandbox.close();
  }

  private StsClient sts(AwsCredentialsProvider credentials) {
    return StsClient.builder()
        .endpointOverride(sandbox.sts().endpoint())
        .region(Region.of(Sandbox.REGION))
        .httpClient(UrlConnectionHttpClient.create())
        .credentialsProvider(credentials)
        .build();
  }

  @Test
  void aPodsTokenGivesItsRoleAndFromThereOneOfAnotherAccount() {
    Credentials own;
    String token = sandbox.tokens().token("default", "website", "sts.amazonaws.com");
    try (StsClient client = sts(AnonymousCredentialsProvider.create())) {
      own =
          client
              .assumeRoleWithWebIdentity(request ->
                  request.roleArn(ROLE).roleSessionName("default.website").webIdentityToken(token))
              .credentials();
    }
    sandbox.iam().putRole(FOREIGN, TrustPolicy.trusting(ROLE));
    sandbox.iam().permitAssumeRole(ROLE, FOREIGN);
    try (StsClient client =
        sts(
            StaticCredentialsProvider.create(
                AwsSessionCredentials.create(
                    own.accessKeyId(), own.secretAccessKey(), own.sessionToken())))) {
      assertThat(client.getCallerIdentity().arn())
          .isEqualTo("arn:aws:sts::123456789012:assumed-role/website/default.website");
      assertThat(
              client
                  .assumeRole(
                      request -> request.roleArn(FOREIGN).roleSessionName("default.website"))
                  .assumedRoleUser()
                  .arn())
          .isEqualTo("arn:aws:sts::444455556666:assumed-role/orders/default.website");
    }
  }

  @Test
  void theServerMayAskEksAuthAndTheAgentAsksTheSame() throws IOException {
    sandbox.eksAuth().auth().associate("default", "default", ROLE);
    String token = sandbox.tokens().podIdentityToken("default", "website");
    try (EksAuthClient client =
        EksAuthClient.builder()
            .endpointOverride(sandbox.eksAuth().endpoint())
            .region(Region.of(Sandbox.REGION))
            .httpClient(UrlConnectionHttpClient.create())
            .credentialsProvider(server)
            .build()) {
      assertThat(
              client
                  .assumeRoleForPodIdentity(
                      request -> request.clusterName(Sandbox.CLUSTER).token(token))
                  .assumedRoleUser()
                  .arn())
          .startsWith("arn:aws:sts::123456789012:assumed-role/website/eks-sandbox-website-");
    }
    try (EksAgentEmulator agent =
        EksAgentEmulator.start(
            sandbox.eksAuth().auth(), List.of(EksAgentEmulator.loopback(0)), new SecureRandom())) {
      assertThat(agent.addresses()).hasSize(1);
    }
  }

  @Test
  void theServerReadsIamOnlyWhenItMay() {
    try (IamClient client =
        IamClient.builder()
            .endpointOverride(sandbox.iamApi().endpoint())
            .region(Region.of(IamApi.REGION))
            .httpClient(UrlConnectionHttpClient.create())
            .credentialsProvider(server)
            .build()) {
      assertThatThrownBy(client::listOpenIDConnectProviders)
          .isInstanceOfSatisfying(
              IamException.class, e -> assertThat(e.statusCode()).isEqualTo(403));
      sandbox.iam().permit(Sandbox.SERVER_PRINCIPAL, "iam:ListOpenIDConnectProviders", "*");
      assertThat(client.listOpenIDConnectProviders().openIDConnectProviderList())
          .singleElement()
          .satisfies(entry ->
              assertThat(entry.arn())
                  .isEqualTo(
                      "arn:aws:iam::123456789012:oidc-provider/"
                          + sandbox.issuer().substring("https://".length())));
    }
  }
}
