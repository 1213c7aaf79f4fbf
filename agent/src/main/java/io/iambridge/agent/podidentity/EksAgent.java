package io.iambridge.agent.podidentity;

import io.iambridge.agent.address.AddressQuota;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Forward;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The EKS Pod Identity agent of the node, for callers that we have no binding for. Of a pod's
 * request only the token reaches it, in a request of our own.
 *
 * <p>On the event loops that answer pods, and not with the JDK's client: that one does not let a
 * request name another host than it connects to, and the EKS agent refuses any name but its own,
 * wherever it is told to listen.
 */
public final class EksAgent {
  static final Duration DEADLINE = Duration.ofSeconds(2);
  static final int MOST_BODY_BYTES = 64 * 1024;

  /** The EKS agent asks AWS for at most three of them in a second. */
  static final int PLACES = 64;

  /** The containers of one pod; a pod in a loop must not take every place. */
  static final int PLACES_PER_ADDRESS = 8;

  private static final int CONNECT_TIMEOUT_MILLIS = 500;

  private final EventLoopGroup group;
  private final Bootstrap bootstrap;
  private final InetSocketAddress address;
  private final AgentMetrics metrics;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AddressQuota quota = new AddressQuota(PLACES_PER_ADDRESS);

  /** What came of it. */
  sealed interface Forwarded {
    /** The EKS agent's answer: status, content type and body. */
    record Answered(Response response) implements Forwarded {}

    /** There is none. */
    record Failed(Refusal refusal, String message) implements Forwarded {}
  }

  /**
   * Nothing is sent yet.
   *
   * @param address not a name: looking one up would block
   */
  public EksAgent(
      InetSocketAddress address,
      EventLoopGroup group,
      Class<? extends Channel> channelType,
      AgentMetrics metrics) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("not an address: " + address);
    }
    this.group = group;
    this.address = address;
    this.metrics = metrics;
    this.bootstrap =
        new Bootstrap()
            .group(group)
            .channel(channelType)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true);
  }

  /**
   * Answers exactly once, from any thread.
   *
   * @param source who asks
   */
  void forward(Token token, InetAddress source, Consumer<Forwarded> answer) {
    if (!takePlace(source)) {
      metrics.forwarded(Forward.TOO_MANY);
      answer.accept(
          new Forwarded.Failed(
              Refusal.TOO_MANY_FORWARDED, "too many requests are with the EKS agent"));
      return;
    }
    EksAgentCall call =
        new EksAgentCall(
            token,
            result -> {
              underWay.decrementAndGet();
              quota.giveBack(source);
              metrics.forwarded(
                  result instanceof Forwarded.Answered ? Forward.ANSWERED : Forward.FAILED);
              answer.accept(result);
            });
    ChannelFuture connecting =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpClientCodec(), new HttpObjectAggregator(MOST_BODY_BYTES), call);
                  }
                })
            .connect(address);
    var deadline =
        // Not on the channel's own loop: where no socket can be made, it has none.
        group
            .next()
            .schedule(
                () -> call.fail(connecting.channel(), "has not answered in time"),
                DEADLINE.toMillis(),
                TimeUnit.MILLISECONDS);
    call.whenDone(() -> deadline.cancel(/* mayInterruptIfRunning= */ false));
    var _ =
        connecting.addListener(connected -> {
          if (!connected.isSuccess()) {
            call.fail(connecting.channel(), "cannot be reached");
          }
        });
  }

  private boolean takePlace(InetAddress source) {
    if (underWay.incrementAndGet() <= PLACES && quota.take(source)) {
      return true;
    }
    underWay.decrementAndGet();
    return false;
  }
}
