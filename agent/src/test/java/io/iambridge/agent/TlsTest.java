package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.iambridge.agent.testing.FakeServer;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.testing.Certificates;
import io.iambridge.common.testing.Certificates.Pem;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.common.wire.AgentAuth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** An agent with the wrong certificates, or none, says so and goes on trying. */
class TlsTest {
  @TempDir private Path dir;

  private final Log log = new Log();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.iambridge");
  private final ScheduledExecutorService files = Executors.newSingleThreadScheduledExecutor();
  private final List<ReloadingTls> opened = new ArrayList<>();
  private Certificates ca;
  private Server server;

  @BeforeEach
  void startServer() throws IOException {
    ca = Certificates.authority(dir, "ca");
    server = serve(ca.server("server", "localhost", "127.0.0.1"), /* port= */ 0);
    log.start();
    logger.addAppender(log);
  }

  private Server serve(Pem pem, int port) throws IOException {
    ReloadingTls tls =
        ReloadingTls.load(
            new TlsFiles(pem.certificate(), pem.key(), pem.ca()), InstantSource.system(), files);
    opened.add(tls);
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .sslContext(tls.serverContext())
        .addService(new FakeServer(InstantSource.system()))
        .build()
        .start();
  }

  @AfterEach
  void stopServer() {
    logger.detachAppender(log);
    log.stop();
    server.shutdownNow();
    opened.forEach(ReloadingTls::close);
    files.shutdownNow();
  }

  private void agentIsNotReadyAndLogs(Pem pem, int port, String... words) throws IOException {
    try (Agent agent = Agent.start(RunningAgent.config(dir, pem, port))) {
      Awaitility.await()
          .atMost(RunningAgent.PATIENCE)
          .untilAsserted(
              () -> assertThat(warnings()).anySatisfy(w -> assertThat(w).contains(words)));
      try (RawHttp http = RawHttp.connect("127.0.0.1", "127.0.0.1", agent.port())) {
        assertThat(http.request("GET", "/ping").status()).isEqualTo(200);
        assertThat(http.request("GET", "/health").status()).isEqualTo(503);
      }
    }
  }

  private List<String> warnings() {
    return log.events.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** Written by the agent's threads while the test reads. */
  private static final class Log extends AppenderBase<ILoggingEvent> {
    private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      events.add(event);
    }
  }

  @Test
  void expiredClientCertificateIsRefusedByTheServer() throws IOException {
    agentIsNotReadyAndLogs(ca.expiredClient("old"), server.getPort(), "No watch", "certificate");
    assertThat(warnings()).anySatisfy(w -> assertThat(w).contains("certificate is not valid now"));
  }

  @Test
  void certificateThatIsNotYetValidIsRefusedByTheServer() throws IOException {
    agentIsNotReadyAndLogs(ca.futureClient("new"), server.getPort(), "No watch", "certificate");
  }

  @Test
  void clientCertificateOfAnotherAuthorityIsRefusedByTheServer() throws IOException {
    Pem other = Certificates.authority(dir, "other").client("stranger");
    Pem trustingOurs = new Pem(other.certificate(), other.key(), ca.caFile());
    agentIsNotReadyAndLogs(trustingOurs, server.getPort(), "No watch", "certificate");
  }

  @Test
  void serverOfAnotherAuthorityIsRefusedByTheAgent() throws IOException {
    Pem client = ca.client("agent");
    Pem trustingOther =
        new Pem(client.certificate(), client.key(), Certificates.authority(dir, "x").caFile());
    agentIsNotReadyAndLogs(trustingOther, server.getPort(), "No watch", "path");
  }

  @Test
  void serverWithAnotherNameIsRefusedByTheAgent() throws IOException {
    server.shutdownNow();
    server = serve(ca.server("elsewhere", "elsewhere.example"), /* port= */ 0);
    agentIsNotReadyAndLogs(ca.client("agent"), server.getPort(), "No watch", "127.0.0.1");
  }

  @Test
  void missingFileIsNamedWithItsFlag() {
    Pem pem = ca.client("agent");
    Pem missing = new Pem(dir.resolve("nothing.crt"), pem.key(), pem.ca());
    assertThatThrownBy(() -> Agent.start(RunningAgent.config(dir, missing, server.getPort())))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("--cert")
        .hasMessageContaining("nothing.crt");
  }

  @Test
  void takenPortIsNamedWithItsFlag() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      AgentConfig config = RunningAgent.config(dir, ca.client("agent"), server.getPort());
      AgentConfig clash =
          new AgentConfig(
              new HostPort("127.0.0.1", taken.getLocalPort()),
              config.admin(),
              config.server(),
              config.tls(),
              config.auth(),
              config.keepAlive(),
              config.nodeName(),
              config.stateDir(),
              config.imds(),
              config.limits(),
              config.interception(),
              config.podIdentity(),
              config.metadata(),
              config.neighbourCheck(),
              config.evidenceInterval());
      assertThatThrownBy(() -> Agent.start(clash))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(":" + taken.getLocalPort())
          .hasMessageContaining("--port");
    }
  }

  private Agent start(Pem pem, String node) {
    AgentConfig config = RunningAgent.config(dir, pem, server.getPort());
    return Agent.start(
        new AgentConfig(
            config.listen(),
            config.admin(),
            config.server(),
            config.tls(),
            new ServerAuth(AgentAuth.CERTIFICATE, dir.resolve("no-token")),
            config.keepAlive(),
            node,
            config.stateDir(),
            config.imds(),
            config.limits(),
            config.interception(),
            config.podIdentity(),
            config.metadata(),
            config.neighbourCheck(),
            config.evidenceInterval()));
  }

  @Test
  void aCertificateThatIsToProveTheNodeHasToNameIt() {
    Pem pem = ca.client("node-1", "spiffe://cluster.local/iambridge/agent/node-1");
    start(pem, "node-1").close();
    assertThatThrownBy(() -> start(pem, "node-2"))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "--cert "
                + pem.certificate()
                + ": it is the certificate of node node-1, and this agent is on node-2"
                + " (--node-name)");
    assertThatThrownBy(() -> start(ca.client("nobody"), "node-1"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("--cert")
        .hasMessageContaining("spiffe://TRUST-DOMAIN/iambridge/agent/NODE");
  }

  /** The port was free for a moment: somebody else may have it for another. */
  private Server serveAgainOn(int port) throws IOException {
    Pem pem = ca.server("server", "localhost", "127.0.0.1");
    for (int tries = 1; ; tries++) {
      try {
        return serve(pem, port);
      } catch (IOException e) {
        if (tries == 3) {
          throw e;
        }
      }
    }
  }

  @Test
  void agentStartsWithoutAServerAndIsReadyWhenItComes() throws Exception {
    int port = server.getPort();
    server.shutdownNow().awaitTermination();
    try (Agent agent = Agent.start(RunningAgent.config(dir, ca.client("agent"), port))) {
      try (RawHttp http = RawHttp.connect("127.0.0.1", "127.0.0.1", agent.port())) {
        assertThat(http.request("GET", "/health").status()).isEqualTo(503);
      }
      server = serveAgainOn(port);
      try (RawHttp http = RawHttp.connect("127.0.0.1", "127.0.0.1", agent.port())) {
        Awaitility.await()
            .atMost(RunningAgent.PATIENCE)
            .until(() -> http.request("GET", "/health").status() == 200);
      }
    }
  }
}
