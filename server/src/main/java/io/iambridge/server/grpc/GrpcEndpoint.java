package io.iambridge.server.grpc;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.iambridge.common.cli.StartException;
import io.iambridge.proto.v1.AgentServiceGrpc;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.metrics.ServerMetrics;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Listens for agents, with the health service of gRPC beside ours. */
public final class GrpcEndpoint implements Closeable {
  /** Half of what agents ping at most by default; what they may do must not break over jitter. */
  private static final Duration PERMITTED_KEEPALIVE = Duration.ofSeconds(5);

  /** One watch, and credentials for each of a node's pods at once, with room. */
  private static final int MAX_CALLS_PER_CONNECTION = 1_000;

  /** An agent's requests hold a UID and a digest, or 400 rows of evidence. */
  private static final int MAX_MESSAGE_BYTES = 64 * 1024;

  private static final int MAX_HEADER_BYTES = 16 * 1024;

  /** How much longer than its proof a watch may live. */
  private static final Duration UNPROVED_CHECK = Duration.ofSeconds(1);

  private static final int ACCEPTING_LOOPS = 1;
  private static final int DEFAULT_LOOPS = 0;

  private final AgentService service;
  private final HealthStatusManager health;
  private final Server server;
  private final EventLoopGroup accepting;
  private final EventLoopGroup working;
  private final Duration drainGrace;

  private GrpcEndpoint(
      AgentService service,
      HealthStatusManager health,
      Server server,
      EventLoopGroup accepting,
      EventLoopGroup working,
      Duration drainGrace) {
    this.service = service;
    this.health = health;
    this.server = server;
    this.accepting = accepting;
    this.working = working;
    this.drainGrace = drainGrace;
  }

  /**
   * Listens. Agents are refused, and the health service says NOT_SERVING, until {@link #ready}.
   *
   * @param tls demands and checks the agents' certificates, where they prove something
   * @param identity decides which node a call comes from
   * @param executor runs the calls, which may block
   * @param audit hears of calls that prove no node
   * @throws StartException when the address cannot be listened on
   */
  public static GrpcEndpoint start(
      GrpcConfig config,
      SslContext tls,
      AgentService service,
      NodeIdentity identity,
      Executor executor,
      InstantSource clock,
      ServerMetrics metrics,
      Audit audit) {
    HealthStatusManager health = new HealthStatusManager();
    setStatus(health, ServingStatus.NOT_SERVING);
    EventLoopGroup accepting = loops(ACCEPTING_LOOPS);
    EventLoopGroup working = loops(DEFAULT_LOOPS);
    boolean started = false;
    try {
      Server server =
          NettyServerBuilder.forAddress(config.bind().toListenAddress())
              .channelType(channelType())
              .bossEventLoopGroup(accepting)
              .workerEventLoopGroup(working)
              .sslContext(tls)
              .executor(executor)
              .keepAliveTime(config.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
              .keepAliveTimeout(config.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
              .permitKeepAliveTime(PERMITTED_KEEPALIVE.toMillis(), TimeUnit.MILLISECONDS)
              .permitKeepAliveWithoutCalls(true)
              .maxConnectionIdle(millisOrNever(config.maxIdle()), TimeUnit.MILLISECONDS)
              .maxConnectionAge(millisOrNever(config.maxAge()), TimeUnit.MILLISECONDS)
              .maxConnectionAgeGrace(millisOrNever(config.maxAgeGrace()), TimeUnit.MILLISECONDS)
              .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
              .maxInboundMessageSize(MAX_MESSAGE_BYTES)
              .maxInboundMetadataSize(MAX_HEADER_BYTES)
              .addService(intercepted(service, identity, clock, metrics, audit))
              .addService(health.getHealthService())
              .build()
              .start();
      started = true;
      // Quick, and never blocks: it only wakes those who send.
      var _ =
          working
              .next()
              .scheduleWithFixedDelay(
                  service::endUnproved,
                  UNPROVED_CHECK.toMillis(),
                  UNPROVED_CHECK.toMillis(),
                  TimeUnit.MILLISECONDS);
      return new GrpcEndpoint(service, health, server, accepting, working, config.drainGrace());
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StartException(
          "cannot listen on " + config.bind() + " (--bind): " + cause.getMessage(), e);
    } finally {
      if (!started) {
        stop(accepting);
        stop(working);
      }
    }
  }

  /** gRPC for Java takes a very long time for never. */
  private static long millisOrNever(Duration duration) {
    return duration.isZero() ? Long.MAX_VALUE : duration.toMillis();
  }

  /** The service behind what every call passes, in this order. */
  static ServerServiceDefinition intercepted(
      AgentService service,
      NodeIdentity identity,
      InstantSource clock,
      ServerMetrics metrics,
      Audit audit) {
    return ServerInterceptors.interceptForward(
        service,
        new CallLog(clock),
        new CallPeer(),
        new CallerNode(identity, metrics, audit, clock));
  }

  private static EventLoopGroup loops(int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  private static Class<? extends ServerChannel> channelType() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** The port it listens on, which the system chose when 0 was asked for. */
  public int port() {
    return server.getPort();
  }

  /** The whole cluster has been seen: from now on agents are answered. */
  public void ready() {
    service.ready();
    setStatus(health, ServingStatus.SERVING);
  }

  /**
   * Whether the cluster can be watched; only after {@link #ready}.
   *
   * <p>An agent's watch is not ended, nor a new one refused, when it cannot. gRPC's pick_first
   * stays on a connection that works, so the agent would come back to this very server, with its
   * mirror frozen either way; and where the API server is away from all servers there is none to go
   * to, while known callers' credentials must go on being renewed. Not ready, this server gets no
   * new connections, and the present ones move on at their maximum age.
   */
  public void inTouch(boolean watching) {
    setStatus(health, watching ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  private static void setStatus(HealthStatusManager health, ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(AgentServiceGrpc.SERVICE_NAME, status);
  }

  /**
   * Drains, then stops: says NOT_SERVING, tells agents to go elsewhere, lets calls under way end
   * for a while.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    service.drain();
    try {
      if (!server.awaitTermination(drainGrace.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(drainGrace.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    stop(accepting);
    stop(working);
  }

  private static void stop(EventLoopGroup loops) {
    var _ = loops.shutdownGracefully(/* quietPeriod= */ 0, /* timeout= */ 2, TimeUnit.SECONDS);
  }
}
