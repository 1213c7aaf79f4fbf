package io.iambridge.sandbox.eksauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.kubernetes.EmbeddedKubernetes;
import io.iambridge.sandbox.tokens.PodTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.model.AccessDeniedException;
import software.amazon.awssdk.services.eksauth.model.AssumeRoleForPodIdentityResponse;
import software.amazon.awssdk.services.eksauth.model.EksAuthException;
import software.amazon.awssdk.services.eksauth.model.ExpiredTokenException;
import software.amazon.awssdk.services.eksauth.model.InternalServerException;
import software.amazon.awssdk.services.eksauth.model.InvalidParameterException;
import software.amazon.awssdk.services.eksauth.model.InvalidTokenException;
import software.amazon.awssdk.services.eksauth.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eksauth.model.ServiceUnavailableException;
import software.amazon.awssdk.services.eksauth.model.ThrottlingException;

class EksAuthEmulatorTest {
  private static final EksCluster CLUSTER = new EksCluster("sandbox", "eu-west-1", "123456789012");
  private static final String USER = "arn:aws:iam::123456789012:user/server";
  private static final String ROLE = "arn:aws:iam::123456789012:role/cart";
  private static final String ACTION = "eks-auth:AssumeRoleForPodIdentity";
  private static final String TRUST =
      """
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"]%s}]}
      """;

  private final InstantSource clock = InstantSource.system();
  private final Iam iam = new Iam(clock, new Random(7));
  private EmbeddedKubernetes kubernetes;
  private KubernetesClient cluster;
  private PodTokens tokens;
  private EksAuth auth;
  private EksAuthEmulator emulator;
  private EksAuthClient client;

  @BeforeEach
  void start() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, clock, new Random(5));
    cluster =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl(kubernetes.url())
                    .withNamespace("default")
                    .withHttp2Disable(true)
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
    tokens = new PodTokens(cluster, kubernetes.tokens());
    cluster
        .pods()
        .inNamespace("default")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("cart")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    auth = new EksAuth(CLUSTER, cluster, iam, clock, new Random(9));
    emulator =
        EksAuthEmulator.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            auth,
            iam,
            clock,
            new Random(8));
    AccessKey key = iam.createAccessKey(USER);
    client = client(key.id(), key.secret());
    iam.permit(USER, ACTION, CLUSTER.arn().toString());
    iam.putRole(ROLE, TrustPolicy.parse(TRUST.formatted("")));
    auth.associate("default", "default", ROLE);
  }

  @AfterEach
  void stop() {
    client.close();
    emulator.close();
    cluster.close();
    kubernetes.close();
  }

  private EksAuthClient client(String keyId, String secret) {
    return EksAuthClient.builder()
        .endpointOverride(emulator.endpoint())
        .region(Region.EU_WEST_1)
        .httpClient(UrlConnectionHttpClient.create())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(keyId, secret)))
        .overrideConfiguration(config -> config.retryStrategy(retries -> retries.maxAttempts(1)))
        .build();
  }

  private String token() {
    return tokens.podIdentityToken("default", "cart");
  }

  private AssumeRoleForPodIdentityResponse ask(String token) {
    return client.assumeRoleForPodIdentity(request -> request.clusterName("sandbox").token(token));
  }

  private <E extends EksAuthException> void assertRefused(
      Class<E> type, int status, String message, String token) {
    E refused = catchThrowableOfType(type, () -> ask(token));
    assertThat(refused.statusCode()).isEqualTo(status);
    assertThat(refused.awsErrorDetails().errorMessage()).contains(message);
  }

  @Test
  void aPodsTokenGivesTheAssociatedRole() {
    Instant before = clock.instant();
    AssumeRoleForPodIdentityResponse given = ask(token());

    assertThat(given.subject().namespace()).isEqualTo("default");
    assertThat(given.subject().serviceAccount()).isEqualTo("default");
    assertThat(given.audience()).isEqualTo("pods.eks.amazonaws.com");
    assertThat(given.podIdentityAssociation().associationArn())
        .matches(
            "arn:aws:eks:eu-west-1:123456789012:podidentityassociation/sandbox/a-[a-z0-9]{17}");
    assertThat(given.podIdentityAssociation().associationId()).matches("a-[a-z0-9]{17}");
    assertThat(given.assumedRoleUser().arn())
        .matches("arn:aws:sts::123456789012:assumed-role/cart/eks-sandbox-cart-[0-9a-f-]{36}");
    assertThat(given.assumedRoleUser().assumeRoleId()).startsWith("AROA");
    assertThat(given.credentials().expiration())
        .isBetween(
            before.plus(Duration.ofHours(6)).minusSeconds(1),
            before.plus(Duration.ofHours(6)).plusSeconds(60));
    AccessKey key = iam.accessKey(given.credentials().accessKeyId()).orElseThrow();
    assertThat(key.secret()).isEqualTo(given.credentials().secretAccessKey());
    assertThat(key.temporary().orElseThrow().sessionToken())
        .isEqualTo(given.credentials().sessionToken());
    assertThat(emulator.answered("OK")).isEqualTo(1);
  }

  @Test
  void theTokenMustBeALivingPodsAndForThisAudience() {
    assertRefused(
        InvalidTokenException.class,
        400,
        "invalid",
        tokens.token("default", "cart", "sts.amazonaws.com"));
    assertRefused(InvalidTokenException.class, 400, "invalid", "e30.e30.c2ln");
    assertRefused(InvalidParameterException.class, 400, "token", "none");
    assertRefused(
        ExpiredTokenException.class,
        400,
        "expired",
        tokens.endingIn(Duration.ofMinutes(-1), "default", "cart"));
    String token = token();
    cluster.pods().inNamespace("default").withName("cart").delete();
    assertRefused(InvalidTokenException.class, 400, "invalid", token);
  }

  @Test
  void withoutAnAssociationThereIsNothing() {
    auth.dissociate("default", "default");
    assertRefused(
        ResourceNotFoundException.class,
        404,
        "No association found for the service account system:serviceaccount:default:default",
        token());
    assertThat(auth.associations()).isEmpty();
    assertThat(
            catchThrowableOfType(
                    AccessDeniedException.class,
                    () ->
                        client.assumeRoleForPodIdentity(
                            request -> request.clusterName("other").token(token())))
                .awsErrorDetails()
                .errorMessage())
        .endsWith("on resource: arn:aws:eks:eu-west-1:123456789012:cluster/other");
    iam.permit(USER, ACTION, "*");
    assertThat(
            catchThrowableOfType(
                    ResourceNotFoundException.class,
                    () ->
                        client.assumeRoleForPodIdentity(
                            request -> request.clusterName("other").token(token())))
                .awsErrorDetails()
                .errorMessage())
        .isEqualTo("No cluster found for name: other.");
  }

  @Test
  void theRoleMustTrustEksForBothActionsAndThisPod() {
    String denied = "EKS does not have permissions to assume the associated role";
    iam.putRole(ROLE, TrustPolicy.parse(TRUST.formatted("").replace(", \"sts:TagSession\"", "")));
    assertRefused(AccessDeniedException.class, 400, denied, token());
    iam.putRole(ROLE, TrustPolicy.trusting("*"));
    assertRefused(AccessDeniedException.class, 400, denied, token());
    String condition =
        """
        , "Condition": {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "%s",
          "aws:SourceAccount": "123456789012"},
          "ArnLike": {"aws:SourceArn": "arn:aws:eks:*:123456789012:cluster/sand*"}}
        """;
    iam.putRole(ROLE, TrustPolicy.parse(TRUST.formatted(condition.formatted("other"))));
    assertRefused(AccessDeniedException.class, 400, denied, token());
    iam.putRole(ROLE, TrustPolicy.parse(TRUST.formatted(condition.formatted("default"))));
    assertThat(ask(token()).assumedRoleUser().arn()).contains("assumed-role/cart/");
    iam.deleteRole(ROLE);
    assertRefused(AccessDeniedException.class, 400, denied, token());
  }

  @Test
  void anAssociationIsCreatedOnceAndThenUpdated() {
    Association first = auth.associations().getFirst();
    String other = "arn:aws:iam::123456789012:role/other";
    assertThatIllegalStateException()
        .isThrownBy(() -> auth.associate("default", "default", other))
        .withMessage("ResourceInUseException: Association already exists: " + first.id());
    Association updated = auth.reassociate("default", "default", other);
    assertThat(updated.id()).isEqualTo(first.id());
    assertThat(updated.role().toString()).isEqualTo(other);
    auth.dissociate("default", "default");
    assertThatIllegalStateException()
        .isThrownBy(() -> auth.reassociate("default", "default", other))
        .withMessageStartingWith("ResourceNotFoundException: ");
  }

  @Test
  void aTargetRoleIsAssumedThroughTheFirst() {
    String target = "arn:aws:iam::444455556666:role/orders";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> auth.associate("default", "default", target))
        .withMessageContaining("Cross-account pass role is not allowed");
    auth.dissociate("default", "default");
    auth.associate("default", "default", ROLE, target);
    iam.putRole(
        target,
        TrustPolicy.parse(
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
              "Principal": {"AWS": "%s"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
            """
                .formatted(ROLE)));
    assertRefused(AccessDeniedException.class, 400, "Unauthorized Exception!", token());

    iam.permitAssumeRole(ROLE, target);
    AssumeRoleForPodIdentityResponse given = ask(token());
    assertThat(given.assumedRoleUser().arn())
        .startsWith("arn:aws:sts::444455556666:assumed-role/orders/eks-sandbox-cart-");
    assertThat(given.credentials().expiration())
        .isBefore(clock.instant().plus(Duration.ofHours(1)));
  }

  @Test
  void theCallerMustSignAndMay() {
    AccessKey key = iam.createAccessKey(USER);
    try (EksAuthClient forger = client(key.id(), "x".repeat(40))) {
      EksAuthException refused =
          catchThrowableOfType(
              EksAuthException.class,
              () ->
                  forger.assumeRoleForPodIdentity(
                      request -> request.clusterName("sandbox").token(token())));
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InvalidSignatureException");
    }
    iam.permit(USER, ACTION);
    assertRefused(
        AccessDeniedException.class,
        400,
        "User: "
            + USER
            + " is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: "
            + CLUSTER.arn(),
        token());
  }

  @Test
  void faultsAreOnPurpose() {
    emulator.faults().throttleNext(1);
    assertRefused(ThrottlingException.class, 429, "Rate exceeded", token());
    emulator.faults().failNext(1);
    assertRefused(InternalServerException.class, 500, "Internal", token());
    String token = token();
    kubernetes.goDown();
    assertRefused(ServiceUnavailableException.class, 503, "unavailable", token);
  }
}
