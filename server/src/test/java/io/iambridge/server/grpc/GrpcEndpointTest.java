package io.iambridge.server.grpc;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.grpc.netty.GrpcSslContexts;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.testing.Certificates;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.credentials.CredentialsCache;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.presence.Confirmations;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.FakeEvidenceStore;
import io.iambridge.server.testing.ServerFixtures;
import io.iambridge.server.tokens.TokenHolders;
import io.iambridge.server.tokens.TokenReviews;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcEndpointTest {
  private final FakeClock clock = new FakeClock();
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final AgentService service =
      new AgentService(
          callers,
          new CredentialsCache(
              session -> {
                throw new IllegalStateException("nobody asks");
              },
              Runnable::run,
              clock,
              new Random(1)),
          new TokenHolders(
              callers,
              new TokenReviews(
                  token -> {
                    throw new IllegalStateException("nobody asks");
                  },
                  Runnable::run,
                  clock)),
          new Confirmations(
              callers,
              (namespace, name) -> {
                throw new IllegalStateException("nobody asks");
              },
              Runnable::run),
          FakeEvidenceStore.answers(callers, clock),
          (pod, failure) -> {},
          Audit.NONE,
          Runnable::run,
          clock,
          ServerMetrics.NOOP);

  @TempDir private Path dir;

  /** grpc-go takes 0 for never, grpc-java throws at it. */
  @Test
  void connectionsMayLiveForEver() throws Exception {
    GrpcConfig forEver =
        new GrpcConfig(
            new HostPort("127.0.0.1", 0),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO);
    Certificates.Pem pem = Certificates.authority(dir, "ca").server("server", "localhost");
    SslContext tls =
        GrpcSslContexts.configure(
                SslContextBuilder.forServer(pem.certificate().toFile(), pem.key().toFile()))
            .build();
    assertThatCode(
            () -> {
              try (GrpcEndpoint endpoint =
                  GrpcEndpoint.start(
                      forEver,
                      tls,
                      service,
                      new ClaimedNode(),
                      Runnable::run,
                      clock,
                      ServerMetrics.NOOP,
                      Audit.NONE)) {
                endpoint.ready();
              }
            })
        .doesNotThrowAnyException();
  }
}
