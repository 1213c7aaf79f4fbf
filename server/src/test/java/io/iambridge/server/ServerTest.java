package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.Program;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.testing.Certificates;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.common.wire.AgentAuth;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.GetCredentialsResponse;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.proto.v1.WatchCallersResponse;
import io.iambridge.server.audit.AuditTarget;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.grpc.GrpcConfig;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.sts.StsConfig;
import io.iambridge.server.targets.TargetsConfig;
import io.iambridge.server.testing.Answers;
import io.iambridge.server.testing.ApiStub;
import io.iambridge.server.testing.StsStub;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The whole server: a Kubernetes API, STS and TLS over real sockets. */
class ServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("iambridge-reason", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir private Path dir;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private Certificates ca;
  private StsStub sts;
  private ApiStub kubernetes;

  @BeforeEach
  void start() throws Exception {
    ca = Certificates.authority(dir, "ca");
    sts = new StsStub();
    opened.add(sts);
    kubernetes = new ApiStub();
    opened.add(kubernetes);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }

  @Test
  void anAgentWatchesItsPodsAndGetsTheirCredentials() throws Exception {
    namespace("apps", "arn:aws:iam::123456789012:role/app");
    Server server = ready(config());
    ManagedChannel agent = channel(server, ca.client("agent"));
    Answers<WatchCallersRequest, WatchCallersResponse> watch = watch(agent);
    assertThat(watch.next().getSnapshot().getAddressesCount()).isZero();

    pod("web", "10.0.0.1", "app");
    Address address = watch.next().getChanged().getAddress();
    assertThat(address.getIp()).isEqualTo("10.0.0.1");
    assertThat(address.getCaller().getBinding().getRoleArn())
        .isEqualTo("arn:aws:iam::123456789012:role/app");
    GetCredentialsResponse credentials =
        AgentServiceGrpc.newBlockingStub(agent)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from("node-1")))
            .getCredentials(
                GetCredentialsRequest.newBuilder()
                    .setPodUid(address.getCaller().getPodUid())
                    .setSession(address.getCaller().getBinding().getSession())
                    .build());
    assertThat(credentials.getAccessKeyId()).isEqualTo("ASIA1");
    assertThat(sts.assumeRoles().getFirst()).containsEntry("RoleSessionName", "kiam-kiam");

    pod("bad", "10.0.0.2", "admin");
    assertThat(watch.next().getChanged().getAddress().getCaller().hasDenial()).isTrue();
    await()
        .atMost(PATIENCE)
        .until(() ->
            kubernetes.requests().stream()
                .anyMatch(path -> path.contains("/namespaces/apps/events")));

    assertThat(get(server, "/readyz")).isEqualTo("200 ok\n");
    assertThat(get(server, "/metrics"))
        .contains("iambridge_server_agents_connected 1.0", "jvm_threads_current");
  }

  @Test
  void closingSendsAgentsAway() throws Exception {
    Server server = ready(config());
    ManagedChannel agent = channel(server, ca.client("agent"));
    Answers<WatchCallersRequest, WatchCallersResponse> watch = watch(agent);
    assertThat(watch.next().hasSnapshot()).isTrue();
    server.close();
    assertThat(Status.fromThrowable(watch.error()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    server.awaitClosed();
  }

  @Test
  void aClientWithoutOrWithAnExpiredOrForeignCertificateIsRefused() throws Exception {
    Server server = ready(config());
    Certificates foreign = Certificates.authority(dir, "foreign");
    Certificates.Pem stranger = foreign.client("stranger");
    Certificates.Pem strangerWhoTrustsUs =
        new Certificates.Pem(stranger.certificate(), stranger.key(), ca.caFile());
    for (Certificates.Pem wrong : List.of(ca.expiredClient("old"), strangerWhoTrustsUs)) {
      assertRefusedByTls(channel(server, wrong));
    }
    ManagedChannel nobody =
        opened(
            NettyChannelBuilder.forAddress("localhost", server.port())
                .sslContext(
                    GrpcSslContexts.configure(
                            SslContextBuilder.forClient().trustManager(ca.caFile().toFile()))
                        .build())
                .build());
    assertRefusedByTls(nobody);
  }

  private static void assertRefusedByTls(ManagedChannel channel) {
    StatusRuntimeException e =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                AgentServiceGrpc.newBlockingStub(channel)
                    .getCredentials(GetCredentialsRequest.getDefaultInstance()));
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void healthAsksOverMutualTls() throws Exception {
    Server server = ready(config());
    Certificates.Pem pem = ca.client("probe");
    StringWriter err = new StringWriter();
    String[] flags = {
      "health",
      "--cert=" + pem.certificate(),
      "--key=" + pem.key(),
      "--ca=" + pem.ca(),
      "--server-address=localhost:" + server.port(),
      "--timeout=10s"
    };
    assertThat(program(err).run(flags)).as(err.toString()).isZero();
    server.close();
    flags[5] = "--timeout=300ms";
    assertThat(program(err).run(flags)).isEqualTo(1);
    assertThat(err.toString()).startsWith("health: the server at localhost:").hasLineCount(1);
  }

  @Test
  void aServerThatHasNotSeenTheClusterIsNeitherReadyNorHealthy() throws Exception {
    Server server = opened(Server.start(withoutKubernetes(), surroundings()));
    assertThat(get(server, "/readyz")).startsWith("503 ");
    assertThat(get(server, "/healthz")).startsWith("200 ");
    Certificates.Pem pem = ca.client("probe");
    StringWriter err = new StringWriter();
    int health =
        program(err)
            .run(
                "health",
                "--cert=" + pem.certificate(),
                "--key=" + pem.key(),
                "--ca=" + pem.ca(),
                "--server-address=localhost:" + server.port(),
                "--timeout=30s");
    assertThat(health).isEqualTo(1);
    assertThat(err.toString()).contains("says NOT_SERVING").hasLineCount(1);
    StatusRuntimeException refused = (StatusRuntimeException) watch(channel(server, pem)).error();
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(Objects.requireNonNull(Status.trailersFromThrowable(refused)).get(REASON))
        .isEqualTo("SERVER_NOT_READY");
    assertThat(get(server, "/readyz")).startsWith("503 ");
  }

  /** A cluster on a port that nobody listens on, and that no program without privilege takes. */
  private ServerConfig withoutKubernetes() throws Exception {
    ServerConfig config = config();
    Path kubeconfig = Path.of(config.kubeconfig());
    Files.writeString(
        kubeconfig, Files.readString(kubeconfig).replace(kubernetes.url(), "http://127.0.0.1:1/"));
    return config;
  }

  @Test
  void anOldConnectionEndsAndTheNextBeginsWithTheSnapshot() throws Exception {
    namespace("apps", "arn:aws:iam::123456789012:role/app");
    pod("web", "10.0.0.1", "app");
    ServerConfig config = config();
    GrpcConfig grpc = config.grpc();
    Server server =
        ready(
            withGrpc(
                config,
                new GrpcConfig(
                    grpc.bind(),
                    grpc.keepAliveTime(),
                    grpc.keepAliveTimeout(),
                    grpc.maxIdle(),
                    /* maxAge= */ Duration.ofSeconds(1),
                    /* maxAgeGrace= */ Duration.ofMillis(100),
                    grpc.drainGrace())));
    ManagedChannel agent = channel(server, ca.client("agent"));
    for (int connection = 0; connection < 2; connection++) {
      Answers<WatchCallersRequest, WatchCallersResponse> watch = watch(agent);
      assertThat(watch.next().getSnapshot().getAddresses(0).getIp()).isEqualTo("10.0.0.1");
      assertThat(Status.fromThrowable(watch.error()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  private static Answers<WatchCallersRequest, WatchCallersResponse> watch(ManagedChannel agent) {
    Answers<WatchCallersRequest, WatchCallersResponse> watch = new Answers<>(/* slow= */ false);
    AgentServiceGrpc.newStub(agent)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(from("node-1")))
        .watchCallers(WatchCallersRequest.getDefaultInstance(), watch);
    return watch;
  }

  private static ServerConfig withGrpc(ServerConfig config, GrpcConfig grpc) {
    return new ServerConfig(
        grpc,
        config.tls(),
        config.agents(),
        config.adminAddress(),
        config.kubeconfig(),
        config.roleBaseArn(),
        config.session(),
        config.strictNamespaceRegexp(),
        config.allowedRolesFormat(),
        config.defaultMode(),
        config.sts(),
        config.migration(),
        config.targets(),
        config.auditLog(),
        config.evidence(),
        config.kiamApi());
  }

  private static Program program(StringWriter err) {
    return new Program(new ServerCommand(config -> 0), "server")
        .output(new PrintWriter(err, true), new PrintWriter(err, true));
  }

  @Test
  void detectedBaseIsOurOwnAccount() throws Exception {
    sts.identity("arn:aws-cn:sts::210987654321:assumed-role/server/x");
    namespace("apps", "arn:aws-cn:iam::210987654321:role/app");
    pod("web", "10.0.0.1", "app");
    Server server = ready(withBase(config(), Optional.empty()));
    Answers<WatchCallersRequest, WatchCallersResponse> watch =
        watch(channel(server, ca.client("agent")));
    assertThat(watch.next().getSnapshot().getAddresses(0).getCaller().getBinding().getRoleArn())
        .isEqualTo("arn:aws-cn:iam::210987654321:role/app");
  }

  @Test
  void aTakenPortIsOneLineThatNamesFlagAndPort() throws Exception {
    Server first = ready(config());
    ServerConfig same = config();
    GrpcConfig grpc = same.grpc();
    ServerConfig taken =
        withGrpc(
            same,
            new GrpcConfig(
                new HostPort("localhost", first.port()),
                grpc.keepAliveTime(),
                grpc.keepAliveTimeout(),
                grpc.maxIdle(),
                grpc.maxAge(),
                grpc.maxAgeGrace(),
                grpc.drainGrace()));
    assertThatThrownBy(() -> Server.start(taken, surroundings()))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("localhost:" + first.port() + " (--bind)")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aBaseThatIsNoneStopsTheStart() throws Exception {
    ServerConfig wrong = withBase(config(), Optional.of("role/"));
    assertThatThrownBy(() -> Server.start(wrong, surroundings()))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("--role-base-arn");
  }

  @Test
  void aMissingKubeconfigStopsTheStart() throws Exception {
    assertThatThrownBy(() -> io.iambridge.server.kubernetes.ClusterConnection.open("/none"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("--kubeconfig /none");
  }

  private ServerConfig config() throws Exception {
    Certificates.Pem pem = ca.server("server", "localhost", "127.0.0.1");
    Path kubeconfig = dir.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        current-context: test
        clusters: [{name: test, cluster: {server: "%s"}}]
        users: [{name: test, user: {}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        """
            .formatted(kubernetes.url()));
    return new ServerConfig(
        new GrpcConfig(
            new HostPort("localhost", 0),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofMinutes(15),
            Duration.ofMinutes(15),
            Duration.ofSeconds(15),
            Duration.ofSeconds(5)),
        new TlsFiles(pem.certificate(), pem.key(), pem.ca()),
        AgentTrust.DEFAULT.by(AgentAuth.SHARED_CERTIFICATE),
        new HostPort("127.0.0.1", 0),
        kubeconfig.toString(),
        Optional.of("arn:aws:iam::123456789012:role/"),
        "kiam",
        /* strictNamespaceRegexp= */ true,
        AllowedRolesFormat.GLOB,
        Mode.KIAM,
        new StsConfig(
            Optional.of("eu-west-1"),
            Optional.of(sts.endpoint()),
            Optional.empty(),
            Duration.ofHours(1),
            8,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5)),
        MigrationConfig.DEFAULT,
        TargetsConfig.NONE,
        new AuditTarget.Off(),
        EvidenceConfig.DEFAULT,
        /* kiamApi= */ Optional.empty());
  }

  private static ServerConfig withBase(ServerConfig config, Optional<String> base) {
    return new ServerConfig(
        config.grpc(),
        config.tls(),
        config.agents(),
        config.adminAddress(),
        config.kubeconfig(),
        base,
        config.session(),
        config.strictNamespaceRegexp(),
        config.allowedRolesFormat(),
        config.defaultMode(),
        config.sts(),
        config.migration(),
        config.targets(),
        config.auditLog(),
        config.evidence(),
        config.kiamApi());
  }

  private static Surroundings surroundings() {
    return Surroundings.of(InstantSource.system(), new Random(1))
        .withAwsCredentials(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDTEST", "secret")));
  }

  private Server ready(ServerConfig config) {
    Server server = opened(Server.start(config, surroundings()));
    await().atMost(PATIENCE).until(() -> get(server, "/readyz").startsWith("200"));
    return server;
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  private ManagedChannel opened(ManagedChannel channel) {
    opened.add(channel::shutdownNow);
    return channel;
  }

  private ManagedChannel channel(Server server, Certificates.Pem pem) throws Exception {
    return opened(
        NettyChannelBuilder.forAddress("localhost", server.port())
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forClient()
                            .keyManager(pem.certificate().toFile(), pem.key().toFile())
                            .trustManager(pem.ca().toFile()))
                    .build())
            .build());
  }

  private static Metadata from(String node) {
    Metadata headers = new Metadata();
    headers.put(WireKeys.NODE, node);
    return headers;
  }

  private static String get(Server server, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var response =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.adminPort() + path))
                  .build(),
              BodyHandlers.ofString());
      return response.statusCode() + " " + response.body();
    }
  }

  private void namespace(String name, String permitted) {
    kubernetes.put(
        "namespaces",
        new NamespaceBuilder()
            .withNewMetadata()
            .withName(name)
            .withUid("uid-" + name)
            .withAnnotations(Map.of("iam.amazonaws.com/permitted", permitted))
            .endMetadata()
            .build());
  }

  private void pod(String name, String ip, String role) {
    kubernetes.put(
        "pods",
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withUid("uid-" + name)
            .withNamespace("apps")
            .withAnnotations(Map.of("iam.amazonaws.com/role", role))
            .endMetadata()
            .withNewSpec()
            .withNodeName("node-1")
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .withPodIPs(new PodIP(ip))
            .endStatus()
            .build());
  }
}
