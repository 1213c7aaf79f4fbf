package io.iambridge.server.grpc;

import static io.iambridge.server.testing.ServerFixtures.podWithRole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.testing.Certificates;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.proto.v1.GetCredentialsRequest;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.WatchCallersRequest;
import io.iambridge.proto.v1.WatchCallersResponse;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.audit.SecurityEvent.Kind;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.presence.Confirmations;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.Answers;
import io.iambridge.server.testing.FakeEvidenceStore;
import io.iambridge.server.testing.ServerFixtures;
import io.iambridge.server.tokens.Review;
import io.iambridge.server.tokens.TokenHolders;
import io.iambridge.server.tokens.TokenReviews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that prove their nodes by certificates, over real TLS, while the files change. */
class CertificatesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NODE_1 = "spiffe://cluster.local/iambridge/agent/node-1";
  private static final String APP = ServerFixtures.BASE + "app";

  // Certificates are checked against the machine's clock.
  private final FakeClock clock = new FakeClock(Instant.now());
  private final ManualScheduler files = new ManualScheduler(clock);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<SecurityEvent> events = new CopyOnWriteArrayList<>();
  private final AtomicInteger certificatesRefused = new AtomicInteger();
  private final List<Reason> refused = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final ServerMetrics metrics =
      new ServerMetrics() {
        @Override
        public void certificateRefused() {
          certificatesRefused.incrementAndGet();
        }

        @Override
        public void refused(Reason reason) {
          refused.add(reason);
        }
      };
  private final Audit audit =
      new Audit() {
        @Override
        public void securityEvent(SecurityEvent event) {
          events.add(event);
        }
      };

  @TempDir private Path dir;
  private Certificates old;
  private Certificates.Pem server;
  private GrpcEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    old = Certificates.authority(dir, "old");
    server = mounted("server", old.server("s1", "localhost"));
    ReloadingTls tls = load(server);
    callers.namespaceChanged(ServerFixtures.apps(".*"));
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
    endpoint =
        opened(
            GrpcEndpoint.start(
                new GrpcConfig(
                    new HostPort("localhost", 0),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(2),
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ofSeconds(1)),
                tls.serverContext(new RefusedCertificates(metrics, audit)),
                service(),
                new CertifiedNode("cluster.local").comparedWithClaim(),
                threads,
                clock,
                metrics,
                audit));
    endpoint.ready();
  }

  private AgentService service() {
    return new AgentService(
        callers,
        new CredentialsCache(this::issue, threads, clock, new Random(1)),
        new TokenHolders(
            callers, new TokenReviews(_ -> new Review.Rejected("none"), threads, clock)),
        new Confirmations(callers, (_, _) -> Optional.empty(), threads),
        FakeEvidenceStore.answers(callers, clock),
        (pod, failure) -> {},
        Audit.NONE,
        threads,
        clock,
        metrics);
  }

  private Credentials issue(Session session) {
    return new Credentials(
        "ASIA1",
        "secret",
        "token",
        clock.instant(),
        clock.instant().plus(Duration.ofHours(1)),
        "request");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
    threads.shutdownNow();
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  private ReloadingTls load(Certificates.Pem pem) {
    return opened(
        ReloadingTls.load(new TlsFiles(pem.certificate(), pem.key(), pem.ca()), clock, files));
  }

  /** Copies that a rotation may overwrite. */
  private Certificates.Pem mounted(String name, Certificates.Pem pem) throws IOException {
    Certificates.Pem mounted =
        new Certificates.Pem(
            dir.resolve(name + "-tls.crt"),
            dir.resolve(name + "-tls.key"),
            dir.resolve(name + "-ca.crt"));
    rotate(mounted, pem);
    trust(mounted, pem.ca());
    return mounted;
  }

  private static void rotate(Certificates.Pem mounted, Certificates.Pem next) throws IOException {
    Files.copy(next.certificate(), mounted.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(next.key(), mounted.key(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void trust(Certificates.Pem mounted, Path... authorities) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path authority : authorities) {
      all.append(Files.readString(authority));
    }
    Files.writeString(mounted.ca(), all);
  }

  private void filesAreRead() {
    files.advance(ReloadingTls.CHECK_INTERVAL);
  }

  private ManagedChannel connect(ReloadingTls tls) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", endpoint.port())
            .sslContext(tls.clientContext())
            .build();
    opened(channel::shutdownNow);
    return channel;
  }

  private ManagedChannel connect(Certificates.Pem pem) {
    return connect(load(pem));
  }

  private static Metadata claiming(String node) {
    Metadata headers = new Metadata();
    headers.put(WireKeys.NODE, node);
    return headers;
  }

  private static String credentials(ManagedChannel agent, String claim) {
    return AgentServiceGrpc.newBlockingStub(agent)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(claiming(claim)))
        .getCredentials(
            GetCredentialsRequest.newBuilder()
                .setPodUid("u1")
                .setSession(Session.of(RoleArn.parse(APP), "kiam-kiam").id())
                .build())
        .getAccessKeyId();
  }

  private static void assertServed(ManagedChannel agent) {
    assertThat(credentials(agent, "node-1")).isEqualTo("ASIA1");
  }

  private static StatusRuntimeException refusal(ManagedChannel agent, String claim) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> credentials(agent, claim));
  }

  private static @Nullable String reason(StatusRuntimeException e) {
    return Refusal.trailers(e).get(WireKeys.REASON);
  }

  @Test
  void anOpenWatchAndCallsGoOnWhileAllCertificatesAndTheAuthorityAreReplaced() throws Exception {
    Certificates next = Certificates.authority(dir, "next");
    Certificates.Pem agent = mounted("agent", old.client("a1", NODE_1));
    ReloadingTls agentTls = load(agent);
    ManagedChannel first = connect(agentTls);
    Answers<WatchCallersRequest, WatchCallersResponse> watch = new Answers<>(/* slow= */ false);
    AgentServiceGrpc.newStub(first).watchCallers(WatchCallersRequest.getDefaultInstance(), watch);
    assertThat(watch.next().getSnapshot().getAddressesCount()).isEqualTo(1);

    // Both authorities are trusted, on both sides, before anybody shows a new certificate.
    trust(server, old.caFile(), next.caFile());
    trust(agent, old.caFile(), next.caFile());
    filesAreRead();
    Certificates.Pem straggler = old.client("a3", NODE_1.replace("node-1", "node-3"));
    assertServed(first);
    assertServed(connect(agentTls));

    rotate(server, next.server("s2", "localhost"));
    filesAreRead();
    assertServed(first);
    assertServed(connect(agentTls));

    rotate(agent, next.client("a2", NODE_1));
    filesAreRead();
    assertServed(first);
    assertServed(connect(agentTls));
    ManagedChannel oldCertificate =
        connect(new Certificates.Pem(straggler.certificate(), straggler.key(), next.caFile()));
    assertThat(reason(refusal(oldCertificate, "node-3"))).isEqualTo("OTHER_NODE");

    trust(server, next.caFile());
    trust(agent, next.caFile());
    filesAreRead();
    assertServed(first);
    assertServed(connect(agentTls));
    assertThat(certificatesRefused).hasValue(0);
    ManagedChannel tooLate =
        connect(new Certificates.Pem(straggler.certificate(), straggler.key(), next.caFile()));
    assertThat(refusal(tooLate, "node-3").getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    await().atMost(PATIENCE).until(() -> certificatesRefused.get() > 0);
    assertThat(events)
        .anySatisfy(event -> {
          assertThat(event.kind()).isEqualTo(Kind.CERTIFICATE_REFUSED);
          assertThat(event.message()).contains("CN=a3");
        });

    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.2", "app"));
    assertThat(watch.next().getChanged().getAddress().getIp()).isEqualTo("10.0.0.2");
  }

  @Test
  void onlyACertificateThatNamesTheNodeAndNothingElseIsItsAgent() {
    ManagedChannel right = connect(old.client("right", NODE_1));
    assertServed(right);
    assertThat(reason(refusal(right, "node-2"))).isEqualTo("NODE_MISMATCH");
    String node2 = NODE_1.replace("node-1", "node-2");
    ManagedChannel other = connect(old.client("other", node2));
    assertThat(reason(refusal(other, "node-1"))).isEqualTo("NODE_MISMATCH");
    assertThat(reason(refusal(other, "node-2"))).isEqualTo("OTHER_NODE");
    assertThat(events).extracting(SecurityEvent::kind).containsOnly(Kind.NODE_MISMATCH).hasSize(2);
    events.clear();
    String[][] wrong = {
      {},
      {"node-1"},
      {NODE_1, node2},
      {NODE_1, "node-1.example"},
      {NODE_1.replace("cluster.local", "example.org")},
      {NODE_1.replace("agent", "server")},
    };
    for (String[] names : wrong) {
      StatusRuntimeException e = refusal(connect(old.client("wrong", names)), "node-1");
      assertThat(reason(e)).as(String.join(",", names)).isEqualTo("NODE_UNKNOWN");
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(e.getStatus().getDescription()).contains("--cert").doesNotContain("\n");
    }
    assertThat(events)
        .hasSize(wrong.length)
        .allSatisfy(event -> {
          assertThat(event.kind()).isEqualTo(Kind.CERTIFICATE_REFUSED);
          assertThat(event.peer()).startsWith("127.0.0.1:");
        });
    assertThat(refused)
        .containsOnly(Reason.NODE_MISMATCH, Reason.OTHER_NODE, Reason.NODE_UNKNOWN)
        .hasSize(3 + wrong.length);
  }
}
