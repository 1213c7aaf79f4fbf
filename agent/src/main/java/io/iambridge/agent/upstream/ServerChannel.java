package io.iambridge.agent.upstream;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.wire.WireKeys;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** How the agent reaches the server. */
public final class ServerChannel {
  /** One replica serves the watch and the calls of an agent; which one is chosen by lot. */
  private static final Map<String, ?> ONE_OF_THE_REPLICAS =
      Map.of(
          "loadBalancingConfig", List.of(Map.of("pick_first", Map.of("shuffleAddressList", true))));

  /**
   * Pings that keep a connection alive, or find out that it is dead.
   *
   * @param time between pings
   * @param timeout for a ping's answer
   * @param withoutStream also while no call is open
   */
  public record KeepAlive(Duration time, Duration timeout, boolean withoutStream) {}

  private ServerChannel() {}

  /**
   * A channel that connects when it is first used.
   *
   * @param group the event loops that also serve HTTP
   * @param executor where answers are delivered: the state thread
   */
  public static ManagedChannel open(
      HostPort server,
      SslContext tls,
      KeepAlive keepAlive,
      String nodeName,
      EventLoopGroup group,
      Class<? extends Channel> channelType,
      Executor executor) {
    Metadata node = new Metadata();
    node.put(WireKeys.NODE, nodeName);
    return NettyChannelBuilder.forTarget("dns:///" + server)
        .sslContext(tls)
        .eventLoopGroup(group)
        .channelType(channelType)
        .executor(executor)
        .keepAliveTime(keepAlive.time().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(keepAlive.timeout().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveWithoutCalls(keepAlive.withoutStream())
        .defaultServiceConfig(ONE_OF_THE_REPLICAS)
        .disableServiceConfigLookUp()
        .intercept(MetadataUtils.newAttachHeadersInterceptor(node))
        .build();
  }
}
