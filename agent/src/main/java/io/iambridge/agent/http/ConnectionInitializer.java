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
  private final CallerLimits limits;
  private final HttpService service;
  private final AgentMetrics metrics;
  private final Ticker ticker;
  private final ChannelGroup channels;
  private volatile boolean stopping;

  ConnectionInitializer(
      CallerLimits limits,
      HttpService service,
      AgentMetrics metrics,
      Ticker ticker,
      EventExecutor events) {
    this.channels = new DefaultChannelGroup(events);
    this.limits = limits;
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
    if (!admit(open.incrementAndGet(), address)) {
      open.decrementAndGet();
      metrics.connectionRefused();
      channel.close();
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

  /** The last places are for those who have none: nobody is kept out by those who have many. */
  private boolean admit(int nowOpen, InetAddress address) {
    if (nowOpen > limits.maxConnections()) {
      return false;
    }
    return nowOpen > limits.maxConnections() - limits.reserve()
        ? quota.takeFirst(address)
        : quota.take(address);
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
