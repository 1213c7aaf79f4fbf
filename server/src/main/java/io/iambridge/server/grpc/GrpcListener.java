package io.iambridge.server.grpc;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.iambridge.common.cli.StartException;
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
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Listens for gRPC over TLS, on event loops of its own, and bounds what one connection may do. */
public final class GrpcListener implements Closeable {
  /** Half of what agents ping at most by default; what they may do must not break over jitter. */
  private static final Duration PERMITTED_KEEPALIVE = Duration.ofSeconds(5);

  /** One watch, and credentials for each of a node's pods at once, with room. */
  private static final int MAX_CALLS_PER_CONNECTION = 1_000;

  /**
   * An agent's requests hold a UID and a digest, an address and a role, or 400 rows of evidence.
   */
  private static final int MAX_MESSAGE_BYTES = 64 * 1024;

  private static final int MAX_HEADER_BYTES = 16 * 1024;

  private static final int ACCEPTING_LOOPS = 1;
  private static final int DEFAULT_LOOPS = 0;

  private final Server server;
  private final EventLoopGroup accepting;
  private final EventLoopGroup working;
  private final Duration drainGrace;

  private GrpcListener(
      Server server, EventLoopGroup accepting, EventLoopGroup working, Duration drainGrace) {
    this.server = server;
    this.accepting = accepting;
    this.working = working;
    this.drainGrace = drainGrace;
  }

  /**
   * Listens.
   *
   * @param flag what named the address, for messages
   * @param tls demands and checks the agents' certificates, where they prove something
   * @param executor runs the calls, which may block
   * @throws StartException when the address cannot be listened on
   */
  public static GrpcListener start(
      GrpcConfig config,
      String flag,
      SslContext tls,
      Executor executor,
      List<ServerServiceDefinition> services) {
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
              .addServices(services)
              .build()
              .start();
      started = true;
      return new GrpcListener(server, accepting, working, config.drainGrace());
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StartException(
          "cannot listen on %s (%s): %s".formatted(config.bind(), flag, cause.getMessage()), e);
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

  /** Runs a task on an event loop again and again: it has to be quick, and must not block. */
  void every(Duration pause, Runnable task) {
    var _ =
        working
            .next()
            .scheduleWithFixedDelay(
                task, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Tells clients to go elsewhere; calls under way go on. */
  void shutdown() {
    server.shutdown();
  }

  /** Tells clients to go elsewhere, lets calls under way end for a while, and stops. */
  @Override
  public void close() {
    server.shutdown();
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
