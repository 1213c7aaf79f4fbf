package io.iambridge.agent;

import io.grpc.ManagedChannel;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.callers.Peers;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.credentials.RenewalPolicy;
import io.iambridge.agent.evidence.CallCounts;
import io.iambridge.agent.evidence.EvidenceFile;
import io.iambridge.agent.evidence.EvidenceReporter;
import io.iambridge.agent.http.CallerLimits;
import io.iambridge.agent.http.HttpListener;
import io.iambridge.agent.http.HttpService;
import io.iambridge.agent.http.PacedService;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.imds.Documents;
import io.iambridge.agent.imds.ImdsService;
import io.iambridge.agent.imds.SessionTokens;
import io.iambridge.agent.interception.Interception;
import io.iambridge.agent.interception.Programs;
import io.iambridge.agent.metadata.TrueMetadata;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.agent.neighbours.Neighbours;
import io.iambridge.agent.podidentity.EksAgent;
import io.iambridge.agent.podidentity.PodIdentityConfig;
import io.iambridge.agent.podidentity.PodIdentityService;
import io.iambridge.agent.podidentity.VerifiedTokens;
import io.iambridge.agent.upstream.CallerWatch;
import io.iambridge.agent.upstream.ConfirmationClient;
import io.iambridge.agent.upstream.CredentialsClient;
import io.iambridge.agent.upstream.EvidenceClient;
import io.iambridge.agent.upstream.ServerChannel;
import io.iambridge.agent.upstream.ServerTime;
import io.iambridge.agent.upstream.ServerToken;
import io.iambridge.agent.upstream.TokenClient;
import io.iambridge.common.admin.AdminEndpoint;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.lifecycle.CloseOrder;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.common.wire.AgentAuth;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running agent.
 *
 * <p>How it works. One event loop of the group is the state thread: the mirror of callers, the
 * parked requests and the sessions' credentials are changed only there, and gRPC delivers there.
 * The other loops, and this one too, answer pods from what they read without a lock.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  private final CloseOrder closing;
  private final HttpListener http;
  private final AdminEndpoint admin;

  private Agent(CloseOrder closing, HttpListener http, AdminEndpoint admin) {
    this.closing = closing;
    this.http = http;
    this.admin = admin;
  }

  /**
   * Starts everything. The server need not be there: the agent becomes ready when it is.
   *
   * @throws StartException when a port is taken or a file is missing; the message is for people
   */
  public static Agent start(AgentConfig config) {
    return start(config, Programs.ofThisMachine());
  }

  /** Starts everything, with iptables and the like as given: tests have their own. */
  public static Agent start(AgentConfig config, Programs programs) {
    return start(config, programs, InstantSource.system());
  }

  /** Starts everything, on a node with this clock, which need not be right. */
  public static Agent start(AgentConfig config, Programs programs, InstantSource nodeClock) {
    CloseOrder closing = new CloseOrder();
    try {
      return start(config, programs, nodeClock, closing);
    } catch (RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static Agent start(
      AgentConfig config, Programs programs, InstantSource nodeClock, CloseOrder closing) {
    ServerTime clock = new ServerTime(nodeClock, Ticker.systemTicker()::nanoTime);
    SecureRandom random = new SecureRandom();
    RandomGenerator dice = RandomGenerator.getDefault();
    PrometheusRegistry registry = new PrometheusRegistry();
    JvmMetrics.builder().register(registry);
    AgentMetrics metrics = new PrometheusAgentMetrics(registry, AgentVersion.text());

    Transport transport = Transport.open();
    closing.add(transport, Agent::stop);
    EventLoop state = transport.group().next();

    // Reading files blocks, which no event loop may.
    ScheduledExecutorService files =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tls-reload").factory());
    closing.add(files, ScheduledExecutorService::shutdownNow);
    Optional<ServerToken> token =
        config.auth().auth() == AgentAuth.TOKEN
            ? Optional.of(ServerToken.read(config.auth().tokenFile(), files))
            : Optional.empty();
    token.ifPresent(closing::add);
    ManagedChannel channel =
        channel(config, transport, state, token, files, nodeClock, metrics, closing);
    CredentialsCache<Response> credentials =
        new CredentialsCache<>(
            new CredentialsClient(channel, clock),
            Documents::credentials,
            new RenewalPolicy(),
            clock,
            dice,
            state,
            metrics);
    closing.add(credentials);
    CallCounts calls = new CallCounts(clock, metrics);
    EvidenceReporter evidence =
        new EvidenceReporter(
            calls,
            new EvidenceClient(channel),
            new EvidenceFile(config.stateDir()),
            config.evidenceInterval(),
            state,
            files,
            random,
            metrics);
    closing.add(evidence, EvidenceReporter::close);
    VerifiedTokens tokens = new VerifiedTokens(metrics);
    Optional<Neighbours> neighbours =
        config.neighbourCheck() ? Optional.of(new Neighbours()) : Optional.empty();
    Callers callers =
        new Callers(
            new SessionBindings(credentials, tokens),
            neighbours.<Peers>map(peers -> peers).orElse(Peers.UNSEEN),
            new ConfirmationClient(channel),
            state,
            clock,
            metrics);
    neighbours.ifPresent(peers -> {
      peers.start(new NeighbourNews(callers, state, metrics));
      closing.add(peers);
    });
    CallerWatch watch =
        new CallerWatch(channel, callers, state, dice, metrics, AgentVersion.text());
    closing.add(watch);
    token.ifPresent(shown -> shown.onRenewal(watch::renew));
    Optional<Interception> interception =
        config.interception().map(rules -> Interception.of(rules, programs, metrics));
    AgentHealth health =
        new AgentHealth(watch, new Heartbeat(state, Ticker.systemTicker()::nanoTime), interception);

    TrueMetadata metadata = TrueMetadata.at(config.metadata(), clock, metrics);
    closing.add(metadata);
    ImdsService imds =
        new ImdsService(
            callers,
            credentials,
            SessionTokens.withKeyIn(config.stateDir(), random),
            config.metadata().routes(),
            metadata,
            health,
            config.imds(),
            clock,
            metrics,
            calls);
    HttpService service =
        switch (config.podIdentity().mode()) {
          case OFF -> imds;
          case SERVE, FORWARD ->
              new PodIdentityService(
                      callers,
                      credentials,
                      tokens,
                      new TokenClient(channel, clock),
                      eksAgent(config, transport, metrics),
                      config.imds().unknownCallerWait(),
                      () -> UUID.randomUUID().toString(),
                      state,
                      clock,
                      metrics,
                      calls)
                  .before(imds);
        };
    HttpListener http =
        listen(
            config,
            transport,
            guarded(
                neighbours.<Runnable>map(peers -> peers::catchUp),
                service,
                config.limits(),
                Ticker.systemTicker()::nanoTime,
                metrics),
            metrics);
    closing.add(http);
    AdminEndpoint admin = AdminEndpoint.start(config.admin(), health, registry);
    closing.add(admin);
    // Before the rules are looked at, which takes seconds where there are many: pods wait for its
    // news.
    watch.start();
    evidence.start();
    // The last that may fail: rules must not go away again because something else did not start.
    interception.ifPresent(rules -> rules.install(http.port()));
    interception.ifPresent(closing::add);
    LOG.atInfo()
        .addKeyValue("node", config.nodeName())
        .addKeyValue("port", http.port())
        .addKeyValue("adminPort", admin.port())
        .addKeyValue("server", config.server())
        .addKeyValue("version", AgentVersion.text())
        .log("Agent started");
    return new Agent(closing, http, admin);
  }

  private static ManagedChannel channel(
      AgentConfig config,
      Transport transport,
      EventLoop state,
      Optional<ServerToken> token,
      ScheduledExecutorService files,
      InstantSource clock,
      AgentMetrics metrics,
      CloseOrder closing) {
    ReloadingTls tls =
        ReloadingTls.load(
            config.tls(), config.auth().certificateCheck(config.nodeName()), clock, files);
    closing.add(tls);
    metrics.certificates(tls::expirations);
    ManagedChannel channel =
        ServerChannel.open(
            config.server(),
            tls.clientContext(),
            config.keepAlive(),
            config.nodeName(),
            token,
            transport.group(),
            transport.channel(),
            state);
    closing.add(channel, Agent::stop);
    return channel;
  }

  private static Optional<EksAgent> eksAgent(
      AgentConfig config, Transport transport, AgentMetrics metrics) {
    return config.podIdentity().mode() == PodIdentityConfig.Mode.FORWARD
        ? Optional.of(
            new EksAgent(
                PodIdentityOptions.address(config.podIdentity().eksAgent()),
                transport.group(),
                transport.channel(),
                metrics))
        : Optional.empty();
  }

  /**
   * The service for callers that do not ask too fast. A connection's peer is who it is from its
   * first request to its last; it is looked at before the pace, because a first request that is
   * told 429 is still the first.
   *
   * @param catchUp takes the news of neighbours, where they are looked at
   */
  static HttpService guarded(
      Optional<Runnable> catchUp,
      HttpService service,
      CallerLimits limits,
      LongSupplier nanos,
      AgentMetrics metrics) {
    HttpService paced = PacedService.of(service, limits, nanos, metrics);
    if (catchUp.isEmpty()) {
      return paced;
    }
    Runnable look = catchUp.get();
    return exchange -> {
      if (exchange.isFirst()) {
        look.run();
      }
      paced.serve(exchange);
    };
  }

  private static HttpListener listen(
      AgentConfig config, Transport transport, HttpService service, AgentMetrics metrics) {
    try {
      return HttpListener.start(
          transport.group(),
          transport.serverChannel(),
          config.listen().toListenAddress(),
          config.limits(),
          service,
          metrics,
          Ticker.systemTicker());
    } catch (IOException e) {
      throw new StartException(
          "cannot listen on " + config.listen() + " (--port, --listen-address): " + e.getMessage(),
          e);
    }
  }

  /**
   * Ends the channel and waits for it, since a name that is being looked up may still open a
   * connection, and its event loops end next.
   */
  private static void stop(ManagedChannel channel) {
    channel.shutdownNow();
    try {
      if (!channel.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("The connection to the server did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stop(Transport transport) {
    transport
        .group()
        .shutdownGracefully(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_TIMEOUT.toMillis());
  }

  /** The port pods reach it at. */
  public int port() {
    return http.port();
  }

  /** The port of probes and metrics. */
  public int adminPort() {
    return admin.port();
  }

  /** Answers what has been asked, then stops; in the reverse order of the start. */
  @Override
  public void close() {
    closing.close();
    LOG.info("Agent stopped");
  }
}
