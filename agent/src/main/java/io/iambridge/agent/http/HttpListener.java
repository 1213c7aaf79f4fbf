package io.iambridge.agent.http;

import io.iambridge.agent.metrics.AgentMetrics;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** The port that pods reach. */
public final class HttpListener implements AutoCloseable {
  /** Connections the kernel holds for us while we are busy. */
  private static final int BACKLOG = 1024;

  /** Longer than any answer takes. */
  private static final Duration STOP_PATIENCE = Duration.ofMillis(500);

  private final Channel channel;
  private final ConnectionInitializer connections;

  private HttpListener(Channel channel, ConnectionInitializer connections) {
    this.channel = channel;
    this.connections = connections;
  }

  /**
   * Listens.
   *
   * @param limits connections beyond them are closed at once; the rate is for {@link PacedService}
   * @param ticker for latencies
   * @throws IOException when the address cannot be listened on
   */
  public static HttpListener start(
      EventLoopGroup group,
      Class<? extends ServerChannel> channelType,
      InetSocketAddress address,
      CallerLimits limits,
      HttpService service,
      AgentMetrics metrics,
      Ticker ticker)
      throws IOException {
    ConnectionInitializer connections =
        new ConnectionInitializer(limits, service, metrics, ticker, group.next());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(channelType)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // Read only when asked to: one request is handled after the other.
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(Limits.RECEIVE_BUFFER_BYTES).maxMessagesPerRead(1))
            .childHandler(connections)
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    return new HttpListener(bound.channel(), connections);
  }

  /** The port it listens on, which the system chose when 0 was asked for. */
  public int port() {
    SocketAddress address = channel.localAddress();
    return ((InetSocketAddress) address).getPort();
  }

  /**
   * Accepts no more connections, lets requests on open ones be answered, and closes them. Not to be
   * called on an event loop.
   */
  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    connections.stop(STOP_PATIENCE);
  }
}
