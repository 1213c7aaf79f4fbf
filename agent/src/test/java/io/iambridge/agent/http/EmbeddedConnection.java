package io.iambridge.agent.http;

import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/** A connection as the agent has it, without a socket: bytes in, bytes out. */
public final class EmbeddedConnection implements AutoCloseable {
  /** Who is at the other end. */
  public static final InetAddress PEER = InetAddress.ofLiteral("10.0.0.1");

  private static final AgentMetrics METRICS =
      new PrometheusAgentMetrics(new PrometheusRegistry(), "test");

  private final Channel channel = new Channel();
  private final StringBuilder received = new StringBuilder();

  /** Open, and nothing sent yet. */
  public EmbeddedConnection(HttpService service) {
    channel.config().setAutoRead(false);
    channel
        .pipeline()
        .addLast(new HttpRequestDecoder(ConnectionInitializer.decoderConfig()))
        .addLast(new ConnectionHandler(service, METRICS, Ticker.systemTicker(), () -> false));
    channel.pipeline().fireChannelActive();
  }

  /** Sends bytes; lost when the connection has ended. */
  public EmbeddedConnection send(byte[] bytes) {
    if (channel.isOpen()) {
      channel.writeInbound(Unpooled.wrappedBuffer(bytes));
      channel.checkException();
    }
    for (ByteBuf part; (part = channel.readOutbound()) != null; part.release()) {
      received.append(part.toString(StandardCharsets.ISO_8859_1));
    }
    return this;
  }

  /** Everything that has come back, one character for each byte. */
  public String received() {
    return received.toString();
  }

  /** Whether more may be sent. */
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    channel.checkException();
    channel.releaseInbound();
  }

  private static final class Channel extends EmbeddedChannel {
    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress(PEER, 40_000);
    }

    @Override
    protected SocketAddress localAddress0() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 3100);
    }
  }
}
