package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.securitytoken.AWSSecurityTokenService;
import com.amazonaws.services.securitytoken.AWSSecurityTokenServiceClientBuilder;
import com.amazonaws.services.securitytoken.model.GetCallerIdentityRequest;
import io.iambridge.agent.Agent;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The unmodified AWS SDKs for Java fetch a pod's credentials from the agent and sign a call with
 * them; STS tells whose they are. The SDKs cannot choose their source address, so the pod has the
 * one that the kernel chooses for them.
 */
final class SdkIT {
  private static final String ENDPOINT_OVERRIDE_V1 =
      "com.amazonaws.sdk.ec2MetadataServiceEndpointOverride";
  private static final String ARN = "arn:aws:sts::123456789012:assumed-role/cart/kiam-sdk";

  private Sandbox sandbox;
  private String endpoint;

  @BeforeEach
  void start() {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    Map<String, String> annotations =
        Map.of("iam.amazonaws.com/role", "shop/cart", "iam.amazonaws.com/session-name", "sdk");
    DemoCluster.createPod(
        sandbox.client(), new DemoPod("shop", "sdk", "127.0.0.1", annotations, 200, ARN, ""));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> sandbox.podAt("127.0.0.1").credentials("cart", Optional.empty()).status() == 200);
    endpoint = "http://127.0.0.1:" + sandbox.agent().port();
  }

  @AfterEach
  void stop() {
    System.clearProperty(ENDPOINT_OVERRIDE_V1);
    sandbox.close();
  }

  /** An SDK falls back to requests without a token where it gets none; here that is of no use. */
  private String endpointThatDemandsTokens() throws IOException {
    Agent strict = sandbox.startAgent("--port=0", "--admin-address=127.0.0.1:0", "--imds-v1=deny");
    PodClient pod =
        new PodClient(
            InetAddress.ofLiteral("127.0.0.1"),
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), strict.port()));
    await().atMost(Duration.ofSeconds(30)).until(() -> ready(pod));
    assertThat(pod.roles(Optional.empty()).status()).isEqualTo(401);
    return "http://127.0.0.1:" + strict.port();
  }

  private static boolean ready(PodClient pod) throws IOException {
    PodAnswer token = pod.token(60);
    return token.status() == 200
        && pod.credentials("cart", Optional.of(token.body())).status() == 200;
  }

  @Test
  void sdkVersion2FetchesAndSigns() {
    version2FetchesAndSigns(endpoint);
  }

  @Test
  void sdkVersion2FetchesAndSignsWhereATokenIsDemanded() throws IOException {
    version2FetchesAndSigns(endpointThatDemandsTokens());
  }

  private void version2FetchesAndSigns(String endpoint) {
    try (InstanceProfileCredentialsProvider provider =
            InstanceProfileCredentialsProvider.builder().endpoint(endpoint).build();
        StsClient sts =
            StsClient.builder()
                .endpointOverride(sandbox.sts().endpoint())
                .region(Region.of(Sandbox.REGION))
                .httpClient(UrlConnectionHttpClient.create())
                .credentialsProvider(provider)
                .build()) {
      assertThat(sts.getCallerIdentity().arn()).isEqualTo(ARN);
    }
  }

  @Test
  void sdkVersion1FetchesAndSigns() {
    version1FetchesAndSigns(endpoint);
  }

  @Test
  void sdkVersion1FetchesAndSignsWhereATokenIsDemanded() throws IOException {
    version1FetchesAndSigns(endpointThatDemandsTokens());
  }

  @SuppressWarnings("deprecation") // Version 1 is past its end; that is why pods still carry it.
  private void version1FetchesAndSigns(String endpoint) {
    System.setProperty(ENDPOINT_OVERRIDE_V1, endpoint);
    var credentials =
        new com.amazonaws.auth.InstanceProfileCredentialsProvider(
                /* refreshCredentialsAsync= */ false)
            .getCredentials();
    AWSSecurityTokenService sts =
        AWSSecurityTokenServiceClientBuilder.standard()
            .withEndpointConfiguration(
                new EndpointConfiguration(sandbox.sts().endpoint().toString(), Sandbox.REGION))
            .withCredentials(new AWSStaticCredentialsProvider(credentials))
            .build();
    try {
      assertThat(sts.getCallerIdentity(new GetCallerIdentityRequest()).getArn()).isEqualTo(ARN);
    } finally {
      sts.shutdown();
    }
  }
}
