package io.iambridge.agent.http;

import io.iambridge.agent.address.AddressQuota;
import io.iambridge.agent.http.ConnectionHandler.Signal;
import io.iambridge.agent.metrics.AgentMetrics;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connections and gives each its pipeline. */
@Sharable
@SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a close.
final class ConnectionInitializer extends ChannelInitializer<Channel> {
  private final AtomicInteger open = new AtomicInteger();
  private final AddressQuota quota = new AddressQuota(Limits.CONNECTIONS_PER_ADDRESS);
  private final int maxConnections;
  private final HttpService service;
  private final AgentMetrics metrics;
  private final Ticker ticker;
  private final ChannelGroup channels;
  private volatile boolean stopping;

  ConnectionInitializer(
      int maxConnections,
      HttpService service,
      AgentMetrics metrics,
      Ticker ticker,
      EventExecutor events) {
    this.channels = new DefaultChannelGroup(events);
    this.maxConnections = maxConnections;
    this.service = service;
    this.metrics = metrics;
    this.ticker = ticker;
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress peer)) {
      // Gone before it was looked at.
      channel.close();
      return;
    }
    InetAddress address = peer.getAddress();
    if (open.incrementAndGet() > maxConnections) {
      open.decrementAndGet();
      refuse(channel);
      return;
    }
    if (!quota.take(address)) {
      open.decrementAndGet();
      refuse(channel);
      return;
    }
    metrics.connections(open.get());
    channels.add(channel);
    channel
        .closeFuture()
        .addListener(_ -> {
          quota.giveBack(address);
          metrics.connections(open.decrementAndGet());
        });
    channel
        .pipeline()
        .addLast(new HttpRequestDecoder(decoderConfig()))
        .addLast(new ConnectionHandler(service, metrics, ticker, () -> stopping));
  }

  private void refuse(Channel channel) {
    metrics.connectionRefused();
    channel.close();
  }

  /** Ends each connection when it has no request to answer, and waits for that. */
  void stop(Duration patience) {
    stopping = true;
    channels.forEach(channel -> channel.pipeline().fireUserEventTriggered(Signal.STOP));
    channels.newCloseFuture().awaitUninterruptibly(patience.toMillis());
  }

  static HttpDecoderConfig decoderConfig() {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(Limits.REQUEST_LINE_BYTES)
        .setMaxHeaderSize(Limits.HEADERS_BYTES)
        .setMaxChunkSize(Limits.BODY_BYTES)
        .setStrictLineParsing(true)
        .setUseRfc9112TransferEncoding(true);
  }
}
