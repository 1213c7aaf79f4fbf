package io.iambridge.agent.upstream;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.wire.WireKeys;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * @param token shown with every call; empty where it is the certificate that counts, or nothing
   * @param group the event loops that also serve HTTP
   * @param executor where answers are delivered: the state thread
   */
  public static ManagedChannel open(
      HostPort server,
      SslContext tls,
      KeepAlive keepAlive,
      String nodeName,
      Optional<ServerToken> token,
      EventLoopGroup group,
      Class<? extends io.netty.channel.Channel> channelType,
      Executor executor) {
    Metadata node = new Metadata();
    node.put(WireKeys.NODE, nodeName);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget("dns:///" + server)
            .sslContext(tls)
            .eventLoopGroup(group)
            .channelType(channelType)
            .executor(executor)
            .keepAliveTime(keepAlive.time().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(keepAlive.timeout().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveWithoutCalls(keepAlive.withoutStream())
            .defaultServiceConfig(ONE_OF_THE_REPLICAS)
            .disableServiceConfigLookUp()
            .intercept(MetadataUtils.newAttachHeadersInterceptor(node));
    token.ifPresent(shown -> builder.intercept(showing(shown)));
    return builder.build();
  }

  private static ClientInterceptor showing(CallCredentials credentials) {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return next.newCall(method, options.withCallCredentials(credentials));
      }
    };
  }
}
