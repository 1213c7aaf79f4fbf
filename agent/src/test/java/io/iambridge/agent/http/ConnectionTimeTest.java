package io.iambridge.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How long a connection may live, in time that is moved by hand. */
class ConnectionTimeTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();

  private void connect() {
    channel.freezeTime();
    channel.config().setAutoRead(false);
    channel
        .pipeline()
        .addLast(new HttpRequestDecoder(ConnectionInitializer.decoderConfig()))
        .addLast(
            new ConnectionHandler(
                exchange -> exchange.respond(Route.PING, HttpErrors.MALFORMED),
                new PrometheusAgentMetrics(new PrometheusRegistry(), "test"),
                Ticker.systemTicker(),
                () -> false));
    channel.pipeline().fireChannelActive();
  }

  private void pass(int seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  private void send(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  @Test
  void silentConnectionIsClosedAfter30Seconds() {
    connect();
    pass(29);
    assertThat(channel.isOpen()).isTrue();
    pass(1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void tricklingHeadersBuyNoTime() {
    connect();
    send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 6; i++) {
      assertThat(channel.isOpen()).isTrue();
      send("X-" + i + ": slow\r\n");
      pass(5);
    }
    assertThat(channel.isOpen()).isFalse();
  }

  /** The decoder waits for the end of a line that a ClientHello need not have. */
  @Test
  void tlsHelloIsClosedAfter30Seconds() {
    connect();
    send("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003");
    pass(30);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void whoDoesNotReadItsAnswerHoldsOneAndIsClosedAfter30Seconds() {
    connect();
    AtomicInteger writes = new AtomicInteger();
    channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                // As to a socket whose buffer is full: it is not done.
                ReferenceCountUtil.release(message);
                writes.incrementAndGet();
              }
            });
    for (int i = 0; i < 10; i++) {
      send("GET / HTTP/1.1\r\n\r\n");
    }
    assertThat(writes).hasValue(1);
    pass(30);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void eachRequestBuysAnother30Seconds() {
    connect();
    for (int i = 0; i < 5; i++) {
      send("GET / HTTP/1.1\r\n\r\n");
      ByteBuf answer = channel.readOutbound();
      assertThat(answer).isNotNull();
      pass(25);
      assertThat(channel.isOpen()).isTrue();
    }
    pass(10);
    assertThat(channel.isOpen()).isFalse();
  }
}
