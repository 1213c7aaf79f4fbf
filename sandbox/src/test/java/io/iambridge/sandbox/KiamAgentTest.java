package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.iambridge.common.testing.Certificates;
import io.iambridge.proto.kiam.Credentials;
import io.iambridge.proto.kiam.GetHealthRequest;
import io.iambridge.proto.kiam.GetPodCredentialsRequest;
import io.iambridge.proto.kiam.GetPodRoleRequest;
import io.iambridge.proto.kiam.KiamServiceGrpc;
import io.iambridge.proto.kiam.KiamServiceGrpc.KiamServiceBlockingStub;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.server.Server;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What one of kiam's agents would do for the demo cluster's pods, against a server of ours. */
final class KiamAgentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<DemoPod> PODS = DemoCluster.PODS;

  @TempDir private static Path dir;

  private static Sandbox sandbox;
  private static Server server;
  private static ManagedChannel channel;
  private static KiamServiceBlockingStub agent;

  @BeforeAll
  static void start() throws Exception {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    Certificates kiam = Certificates.authority(dir, "kiam");
    Certificates.Pem own = kiam.server("kiam-server", "localhost");
    server =
        sandbox.startReplica(
            "--kiam-bind=127.0.0.1:0",
            "--kiam-ca=" + own.ca(),
            "--kiam-cert=" + own.certificate(),
            "--kiam-key=" + own.key());
    Certificates.Pem pem = kiam.client("kiam-agent");
    channel =
        NettyChannelBuilder.forTarget("dns:///localhost:" + server.kiamPort().orElseThrow())
            .defaultLoadBalancingPolicy("round_robin")
            .disableServiceConfigLookUp()
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(2, TimeUnit.SECONDS)
            .sslContext(
                GrpcSslContexts.forClient()
                    .keyManager(pem.certificate().toFile(), pem.key().toFile())
                    .trustManager(pem.ca().toFile())
                    .build())
            .build();
    agent = KiamServiceGrpc.newBlockingStub(channel);
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> {
          PODS.forEach(pod -> role(pod.address()));
          return health().equals("ok");
        });
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    sandbox.close();
  }

  private static String health() {
    return agent.getHealth(GetHealthRequest.getDefaultInstance()).getMessage();
  }

  private static String role(String address) {
    return agent.getPodRole(GetPodRoleRequest.newBuilder().setIp(address).build()).getName();
  }

  private static Credentials credentials(String address, String role) {
    return agent.getPodCredentials(
        GetPodCredentialsRequest.newBuilder().setIp(address).setRole(role).build());
  }

  private static Status refusal(String address, String role) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> credentials(address, role))
        .getStatus();
  }

  @ParameterizedTest
  @FieldSource("PODS")
  void eachPodIsAnsweredAsThroughOurAgent(DemoPod pod) {
    String role = role(pod.address());
    assertThat(role).isEqualTo(pod.annotations().getOrDefault("iam.amazonaws.com/role", ""));
    switch (pod.status()) {
      case 200 -> {
        Credentials credentials = credentials(pod.address(), role);
        assertThat(credentials.getCode()).isEqualTo("Success");
        assertThat(Instant.parse(credentials.getExpiration()))
            .isAfter(Instant.parse(credentials.getLastUpdated()));
        assertThat(arnOf(credentials)).isEqualTo(pod.gets());
      }
      case 404 -> assertThat(role).isEmpty();
      default -> {
        Status refusal = refusal(pod.address(), role);
        assertThat(refusal.getCode()).isEqualTo(Status.Code.UNKNOWN);
        if (pod.gets().equals("STS_DENIED")) {
          assertThat(refusal.getDescription()).contains("untrusting");
        } else {
          assertThat(refusal.getDescription()).isEqualTo("forbidden by policy");
        }
      }
    }
  }

  private static String arnOf(Credentials credentials) {
    return sandbox
        .iam()
        .accessKey(credentials.getAccessKeyId())
        .orElseThrow()
        .principal()
        .arn()
        .toString();
  }

  @Test
  void aRoleThatIsNotThePodsOwnIsForbidden() {
    Status refusal = refusal(PODS.getFirst().address(), "legacy-worker");
    assertThat(refusal.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(refusal.getDescription()).isEqualTo("forbidden by policy");
  }

  @Test
  void anIssueStandsInTheAuditLogAsOfKiamsProtocol() throws Exception {
    DemoPod cart = PODS.getFirst();
    String key = credentials(cart.address(), role(cart.address())).getAccessKeyId();
    assertThat(Files.readAllLines(sandbox.auditLog()))
        .anyMatch(line ->
            line.contains("\"accessKeyId\":\"" + key + "\"")
                && line.contains("\"pod\":\"cart\"")
                && line.contains("\"protocol\":\"kiam\"")
                && line.contains("\"peer\":\"127.0.0.1:"));
  }

  @Test
  void kiamsAgentsAreListenedToOnlyWhereAskedForAndTheMetricsSayIt() throws Exception {
    assertThat(sandbox.server().kiamPort()).isEmpty();
    assertThat(metrics(sandbox.server())).contains("iambridge_server_kiam_api 0.0");
    role(PODS.getFirst().address());
    assertThat(metrics(server))
        .contains("iambridge_server_kiam_api 1.0")
        .containsPattern(
            "iambridge_server_kiam_calls_total\\{call=\"get_pod_role\",outcome=\"answered\"} [1-9]")
        .contains("{file=\"kiam-ca\"}", "{file=\"kiam-cert\"}", "{file=\"cert\"}");
    // The port for our own agents does not know kiam's calls.
    assertThat(codeOf(sandbox.server().port())).isNotEqualTo(Status.Code.OK);
  }

  private static Status.Code codeOf(int port) throws Exception {
    ManagedChannel other =
        NettyChannelBuilder.forAddress("localhost", port)
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(sandbox.authority().caFile().toFile())
                    .build())
            .build();
    try {
      KiamServiceBlockingStub stub = KiamServiceGrpc.newBlockingStub(other);
      StatusRuntimeException e =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> stub.getHealth(GetHealthRequest.getDefaultInstance()));
      return e.getStatus().getCode();
    } finally {
      other.shutdownNow();
    }
  }

  private static String metrics(Server of) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + of.adminPort() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }
}
