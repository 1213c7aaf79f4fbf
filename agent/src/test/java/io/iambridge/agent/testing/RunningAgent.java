package io.iambridge.agent.testing;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.iambridge.agent.Agent;
import io.iambridge.agent.AgentConfig;
import io.iambridge.agent.ServerAuth;
import io.iambridge.agent.http.CallerLimits;
import io.iambridge.agent.imds.ImdsService;
import io.iambridge.agent.interception.Programs;
import io.iambridge.agent.metadata.MetadataConfig;
import io.iambridge.agent.podidentity.PodIdentityConfig;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.iambridge.agent.upstream.ServerChannel.KeepAlive;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.testing.Certificates;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.common.wire.AgentAuth;
import io.iambridge.common.wire.WireKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A whole agent on loopback with a {@link FakeServer} over real TLS. */
public final class RunningAgent implements AutoCloseable {
  /** Where the agent listens, except for IPv6 tests. */
  public static final String LOCALHOST = "127.0.0.1";

  /** How long to wait for what comes over sockets, on the slowest machine. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FakeServer fake;
  private final Server server;
  private final ScheduledExecutorService files;
  private final ReloadingTls serverTls;
  private final Agent agent;
  private final HttpClient admin = HttpClient.newHttpClient();
  private volatile @Nullable String nodeSeen;

  /** Starts both and waits until the agent is ready. */
  public static RunningAgent start(Path dir) throws IOException {
    return start(dir, UnaryOperator.identity());
  }

  /** Starts both; the server accepts the watch and says nothing, until it is told otherwise. */
  public static RunningAgent startWithSilentServer(Path dir) throws IOException {
    return new RunningAgent(
        dir, UnaryOperator.identity(), /* silent= */ true, Programs.ofThisMachine());
  }

  /** Starts both with a changed configuration. */
  public static RunningAgent start(Path dir, UnaryOperator<AgentConfig> change) throws IOException {
    return start(dir, change, Programs.ofThisMachine());
  }

  /** Starts both with a changed configuration and other programs than this machine's. */
  public static RunningAgent start(Path dir, UnaryOperator<AgentConfig> change, Programs programs)
      throws IOException {
    RunningAgent running = new RunningAgent(dir, change, /* silent= */ false, programs);
    running.awaitReady();
    return running;
  }

  /** Starts both and does not wait for an agent that will not become ready. */
  public static RunningAgent startUnready(
      Path dir, UnaryOperator<AgentConfig> change, Programs programs) throws IOException {
    return new RunningAgent(dir, change, /* silent= */ false, programs);
  }

  private RunningAgent(
      Path dir, UnaryOperator<AgentConfig> change, boolean silent, Programs programs)
      throws IOException {
    fake = new FakeServer(InstantSource.system());
    fake.silent(silent);
    Certificates ca = Certificates.authority(dir, "ca");
    Certificates.Pem serverPem = ca.server("server", "localhost", LOCALHOST);
    files = Executors.newSingleThreadScheduledExecutor();
    serverTls = ReloadingTls.load(files(serverPem), InstantSource.system(), files);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(serverTls.serverContext())
            .intercept(new NodeSeen())
            .addService(fake)
            .build()
            .start();
    agent = Agent.start(change.apply(config(dir, ca.client("agent"), server.getPort())), programs);
  }

  /** The configuration that tests start from. */
  public static AgentConfig config(Path dir, Certificates.Pem pem, int serverPort) {
    return new AgentConfig(
        new HostPort(LOCALHOST, 0),
        new HostPort(LOCALHOST, 0),
        new HostPort(LOCALHOST, serverPort),
        files(pem),
        new ServerAuth(AgentAuth.SHARED_CERTIFICATE, dir.resolve("no-token")),
        new KeepAlive(Duration.ofSeconds(10), Duration.ofSeconds(2), /* withoutStream= */ false),
        "node-1",
        dir.resolve("state"),
        new ImdsService.Settings(/* tokenRequired= */ false, Duration.ofMillis(400)),
        new CallerLimits(/* maxConnections= */ 10_000, /* rate= */ 100, /* burst= */ 2_000),
        /* interception= */ Optional.empty(),
        // Never asked in this mode.
        new PodIdentityConfig(PodIdentityConfig.Mode.SERVE, PodIdentityConfig.EKS_AGENT),
        MetadataConfig.NONE,
        /* neighbourCheck= */ true,
        Duration.ofSeconds(30));
  }

  private static TlsFiles files(Certificates.Pem pem) {
    return new TlsFiles(pem.certificate(), pem.key(), pem.ca());
  }

  /** The agent's server. */
  public FakeServer server() {
    return fake;
  }

  /** The agent. */
  public Agent agent() {
    return agent;
  }

  /** The node the agent claimed in its last call. */
  public @Nullable String nodeSeen() {
    return nodeSeen;
  }

  /** Waits until the agent has its snapshot. */
  public void awaitReady() {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> get(LOCALHOST, "/health").status() == 200);
  }

  /** A connection from a pod's address. */
  public RawHttp connect(String from) throws IOException {
    return RawHttp.connect(from, LOCALHOST, agent.port());
  }

  /** One GET on a connection of its own. */
  public Answer get(String from, String target, String... headers) throws IOException {
    return request(from, "GET", target, headers);
  }

  /** One request on a connection of its own. */
  public Answer request(String from, String method, String target, String... headers)
      throws IOException {
    try (RawHttp http = connect(from)) {
      return http.request(method, target, headers);
    }
  }

  /** One GET at the admin address. */
  public HttpResponse<String> admin(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + LOCALHOST + ":" + agent.adminPort() + path);
    return admin.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  /** Waits until /metrics has the line. */
  public void awaitMetric(String line) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> admin("/metrics").body().contains(line));
  }

  /** Where the server listens. */
  public int serverPort() {
    return server.getPort();
  }

  /** Stops the server; the agent goes on alone. */
  public void stopServer() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  @Override
  public void close() {
    agent.close();
    server.shutdownNow();
    serverTls.close();
    files.shutdownNow();
    admin.shutdownNow();
  }

  private final class NodeSeen implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      nodeSeen = headers.get(WireKeys.NODE);
      return next.startCall(call, headers);
    }
  }
}
