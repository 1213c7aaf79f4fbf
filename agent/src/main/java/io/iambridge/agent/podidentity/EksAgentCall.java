package io.iambridge.agent.podidentity;

import io.iambridge.agent.http.Response;
import io.iambridge.agent.podidentity.EksAgent.Forwarded;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request to the EKS agent on a connection of its own; the first thing that happens counts. */
// Nobody waits for a close, and a write that fails closes the connection.
@SuppressWarnings("FutureReturnValueIgnored")
final class EksAgentCall extends SimpleChannelInboundHandler<FullHttpResponse> {
  private static final String HOST = "169.254.170.23";
  private static final String CONTENT_TYPE = "[\\x20-\\x7e]{1,200}";
  private static final String FALLBACK_CONTENT_TYPE = "text/plain; charset=utf-8";

  private final Token token;
  private final AtomicReference<@Nullable Consumer<Forwarded>> answer;
  private volatile @Nullable Runnable afterwards;

  EksAgentCall(Token token, Consumer<Forwarded> answer) {
    this.token = token;
    this.answer = new AtomicReference<>(answer);
  }

  /** What is to be done when it is over, or at once if it is. */
  void whenDone(Runnable task) {
    afterwards = task;
    if (answer.get() == null) {
      task.run();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, PodIdentityRequest.PATH);
    request
        .headers()
        .set(HttpHeaderNames.HOST, HOST)
        .set(HttpHeaderNames.AUTHORIZATION, token.secret())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    context
        .writeAndFlush(request)
        .addListener(written -> {
          if (!written.isSuccess()) {
            fail(context.channel(), "has closed the connection");
          }
        });
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
    int status = response.status().code();
    String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, FALLBACK_CONTENT_TYPE);
    if (response.decoderResult().isFailure() || !isPassedOn(status)) {
      fail(context.channel(), "has answered what it never answers");
      return;
    }
    done(
        context.channel(),
        new Forwarded.Answered(
            Response.of(
                    status,
                    type.matches(CONTENT_TYPE) ? type : FALLBACK_CONTENT_TYPE,
                    ByteBufUtil.getBytes(response.content()))
                .build()));
  }

  /** Success and refusals; never a redirect. */
  private static boolean isPassedOn(int status) {
    return (status >= 200 && status < 300) || (status >= 400 && status < 600);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(context.channel(), "has closed the connection");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Its text is not passed on: it may show what was sent.
    fail(context.channel(), "has answered what is no HTTP, or too much");
  }

  void fail(Channel channel, String what) {
    done(
        channel,
        new Forwarded.Failed(
            Refusal.EKS_AGENT_UNAVAILABLE, "the EKS Pod Identity agent of this node " + what));
  }

  private void done(Channel channel, Forwarded result) {
    Consumer<Forwarded> waiting = answer.getAndSet(null);
    if (waiting == null) {
      return;
    }
    Runnable task = afterwards;
    if (task != null) {
      task.run();
    }
    channel.close();
    waiting.accept(result);
  }
}
