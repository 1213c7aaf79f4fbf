package io.iambridge.server.kiamapi;

import static io.iambridge.server.callers.TestPods.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.testing.Certificates;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.proto.kiam.GetHealthRequest;
import io.iambridge.proto.kiam.GetPodCredentialsRequest;
import io.iambridge.proto.kiam.GetPodRoleRequest;
import io.iambridge.proto.kiam.KiamServiceGrpc;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.grpc.GrpcConfig;
import io.iambridge.server.grpc.RefusedCertificates;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.NamespaceRules;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients set up as kiam's agents are (uswitch/kiam, pkg/server/gateway_builder.go), over TLS. */
class KiamEndpointTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KiamFixture fixture = new KiamFixture();
  private final ManualScheduler files = new ManualScheduler(fixture.clock);
  private final List<SecurityEvent> events = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Audit audit =
      new Audit() {
        @Override
        public void securityEvent(SecurityEvent event) {
          events.add(event);
        }
      };

  @TempDir private Path dir;
  private Certificates kiam;
  private TlsFiles mounted;
  private KiamEndpoint endpoint;

  @BeforeEach
  void start() throws Exception {
    kiam = Certificates.authority(dir, "kiam");
    Certificates.Pem server = kiam.server("kiam-server", "localhost");
    mounted =
        new TlsFiles(dir.resolve("mounted.crt"), dir.resolve("mounted.key"), dir.resolve("m-ca"));
    mount(server, kiam.caFile());
    ReloadingTls tls = opened(ReloadingTls.load(mounted, fixture.clock, files));
    fixture.callers.namespaceChanged(
        new Namespace("demo", "uid-demo", Map.of(NamespaceRules.PERMITTED, ".*"), Map.of()));
    fixture.callers.podChanged(pod("web").at("10.0.0.1").role("app").build());
    GrpcConfig grpc =
        new GrpcConfig(
            new HostPort("localhost", 0),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofMinutes(15),
            Duration.ofMinutes(15),
            Duration.ofSeconds(15),
            Duration.ofSeconds(5));
    endpoint =
        opened(
            KiamEndpoint.start(
                new KiamApiConfig(grpc, mounted),
                tls,
                new RefusedCertificates(ServerMetrics.NOOP, audit),
                fixture.service,
                fixture.threads,
                fixture.clock));
    endpoint.ready();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
    fixture.close();
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  /** Puts these where the server reads its own. */
  private void mount(Certificates.Pem server, Path... authorities) throws Exception {
    TlsFiles.Own own = mounted.own().orElseThrow();
    Files.copy(server.certificate(), own.cert(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(server.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);
    StringBuilder all = new StringBuilder();
    for (Path authority : authorities) {
      all.append(Files.readString(authority));
    }
    Files.writeString(mounted.ca().orElseThrow(), all);
  }

  /** Like kiam's, it shows its certificate whatever authorities the server names. */
  private static SslContextBuilder tls(Certificates.Pem pem, Path authority) throws Exception {
    AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    keys.updateIdentityCredentials(pem.certificate().toFile(), pem.key().toFile());
    return SslContextBuilder.forClient().keyManager(keys).trustManager(authority.toFile());
  }

  private ManagedChannel agent(SslContextBuilder tls, String... protocols) throws Exception {
    SslContextBuilder ready = GrpcSslContexts.configure(tls);
    return agent((protocols.length == 0 ? ready : ready.protocols(protocols)).build());
  }

  private ManagedChannel agent(SslContext tls) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget("dns:///localhost:" + endpoint.port())
            .defaultLoadBalancingPolicy("round_robin")
            .disableServiceConfigLookUp()
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(2, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true)
            .sslContext(tls)
            .build();
    opened(channel::shutdownNow);
    return channel;
  }

  private static String keyIdOf(ManagedChannel agent) {
    String role =
        KiamServiceGrpc.newBlockingStub(agent)
            .getPodRole(GetPodRoleRequest.newBuilder().setIp("10.0.0.1").build())
            .getName();
    return KiamServiceGrpc.newBlockingStub(agent)
        .getPodCredentials(
            GetPodCredentialsRequest.newBuilder().setIp("10.0.0.1").setRole(role).build())
        .getAccessKeyId();
  }

  private static void assertRefusedByTls(ManagedChannel agent) {
    StatusRuntimeException e =
        catchThrowableOfType(StatusRuntimeException.class, () -> keyIdOf(agent));
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void anAgentOfKiamIsServedByNewAndOldTls(String protocol) throws Exception {
    Certificates.Pem pem = kiam.client("kiam-agent");
    ManagedChannel agent = agent(tls(pem, kiam.caFile()), protocol);
    assertThat(keyIdOf(agent)).isEqualTo("ASIA1");
    assertThat(fixture.audited)
        .singleElement()
        .asString()
        .containsPattern("\"peer\":\"127\\.0\\.0\\.1:\\d+\"|\"peer\":\"[0:]+1:\\d+\"");
    assertThat(events).isEmpty();
  }

  @Test
  void whoeverHasNoCertificateOfKiamsAuthorityIsRefused() throws Exception {
    assertRefusedByTls(agent(SslContextBuilder.forClient().trustManager(kiam.caFile().toFile())));
    Certificates.Pem stranger = Certificates.authority(dir, "other").client("stranger");
    for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
      assertRefusedByTls(agent(tls(stranger, kiam.caFile()), protocol));
    }
    assertRefusedByTls(agent(tls(kiam.expiredClient("late"), kiam.caFile())));
    assertThat(fixture.calls).isEmpty();
    assertThat(fixture.issued).isEmpty();
    assertThat(events)
        .allMatch(event -> event.kind() == SecurityEvent.Kind.CERTIFICATE_REFUSED)
        .anyMatch(event -> event.message().contains("CN=stranger"))
        .anyMatch(event -> event.message().contains("CN=late"));
  }

  @Test
  void certificatesAndAuthorityAreReplacedWithoutARestart() throws Exception {
    ManagedChannel before = agent(tls(kiam.client("a1"), kiam.caFile()));
    assertThat(keyIdOf(before)).isEqualTo("ASIA1");
    Certificates next = Certificates.authority(dir, "next");
    mount(next.server("s2", "localhost"), next.caFile());
    files.advance(ReloadingTls.CHECK_INTERVAL);

    for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
      assertThat(keyIdOf(agent(tls(next.client("a2"), next.caFile()), protocol)))
          .isEqualTo("ASIA1");
      assertRefusedByTls(agent(tls(kiam.client("a1"), next.caFile()), protocol));
    }
    assertThat(keyIdOf(before)).as("the connection that was open").isEqualTo("ASIA1");
  }

  /** Whoever resumes a session is not looked at again. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void noSessionIsResumedOnceItsAuthorityIsGone(String protocol) throws Exception {
    SslContext remembering =
        GrpcSslContexts.configure(tls(kiam.client("a1"), kiam.caFile()))
            .protocols(protocol)
            .build();
    ManagedChannel before = agent(remembering);
    assertThat(keyIdOf(before)).isEqualTo("ASIA1");
    before.shutdownNow();
    mount(kiam.server("same", "localhost"), Certificates.authority(dir, "next").caFile());
    files.advance(ReloadingTls.CHECK_INTERVAL);
    assertRefusedByTls(agent(remembering));
  }

  @Test
  void aCallUnderWayIsAnsweredWhileItStops() throws Exception {
    ManagedChannel agent = agent(tls(kiam.client("a1"), kiam.caFile()));
    KiamServiceGrpc.newBlockingStub(agent).getHealth(GetHealthRequest.getDefaultInstance());
    fixture.gate = new CountDownLatch(1);
    var call =
        KiamServiceGrpc.newFutureStub(agent)
            .getPodCredentials(
                GetPodCredentialsRequest.newBuilder().setIp("10.0.0.1").setRole("app").build());
    await().atMost(PATIENCE).until(() -> !fixture.issued.isEmpty());
    Thread stopping = Thread.ofVirtual().start(endpoint::close);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertRefusedByTls(agent(tls(kiam.client("a2"), kiam.caFile()))));
    fixture.gate.countDown();
    assertThat(call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).getAccessKeyId())
        .isEqualTo("ASIA1");
    stopping.join();
  }
}
