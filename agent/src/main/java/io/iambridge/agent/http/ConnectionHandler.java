package io.iambridge.agent.http;

import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: one request after the other.
 *
 * <p>How it works. Nothing is read unless this handler asks for it: it asks for the parts of one
 * request, hands the request out, and takes the next part when the response has left. Pipelined
 * requests wait meanwhile here (what fits in one receive buffer) and in the kernel. Netty's
 * FlowControlHandler would do the same, but forgets a read() that is called while it delivers.
 * Everything happens on the connection's event loop.
 */
// Nobody waits for a close; and a write's outcome is looked at where something follows from it.
@SuppressWarnings("FutureReturnValueIgnored")
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

  /**
   * The time between requests is measured in this many ticks, to need neither clock nor new timers.
   */
  private static final int TICKS = 6;

  private static final long TICK_MILLIS = Limits.BETWEEN_REQUESTS.dividedBy(TICKS).toMillis();

  /** What a connection is told from outside. */
  enum Signal {
    /** End as soon as no request waits for its answer. */
    STOP
  }

  private enum State {
    /** Waiting for a request or the rest of it. */
    READING,
    /** A request is with the service. */
    SERVING,
    /** The last response is written; what still comes is thrown away. */
    CLOSING
  }

  private final HttpService service;
  private final AgentMetrics metrics;
  private final Ticker ticker;
  private final BooleanSupplier stopping;

  private State state = State.READING;

  /** Parts that are decoded already: at most what one receive buffer holds. */
  private final Deque<HttpObject> waiting = new ArrayDeque<>();

  private boolean proceeding;
  private boolean served;
  private @Nullable HttpRequest request;
  private int bodyBytes;
  private int ticksSinceRequest;
  private @Nullable ScheduledFuture<?> tick;

  ConnectionHandler(
      HttpService service, AgentMetrics metrics, Ticker ticker, BooleanSupplier stopping) {
    this.service = service;
    this.metrics = metrics;
    this.ticker = ticker;
    this.stopping = stopping;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    tick =
        ctx.executor()
            .scheduleAtFixedRate(
                () -> tick(ctx.channel()), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    ctx.read();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (tick != null) {
      tick.cancel(/* mayInterruptIfRunning= */ false);
    }
    releaseWaiting();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Signal.STOP && state == State.READING) {
      ctx.close();
    }
  }

  private void tick(Channel channel) {
    ticksSinceRequest++;
    if (ticksSinceRequest >= TICKS) {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (state != State.CLOSING && message instanceof HttpObject part) {
      waiting.add(part);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    proceed(ctx);
  }

  /**
   * Takes part after part until a request is complete, or nothing is left and more must be read.
   */
  private void proceed(ChannelHandlerContext ctx) {
    if (proceeding) {
      // A response that left at once: the loop below goes on with the next request.
      return;
    }
    proceeding = true;
    try {
      HttpObject part;
      while (state == State.READING && (part = waiting.poll()) != null) {
        try {
          take(ctx, part);
        } finally {
          ReferenceCountUtil.release(part);
        }
      }
    } finally {
      proceeding = false;
    }
    if (state == State.CLOSING) {
      releaseWaiting();
    }
    if (state != State.SERVING) {
      ctx.read();
    }
  }

  private void releaseWaiting() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  private void take(ChannelHandlerContext ctx, HttpObject part) {
    if (part.decoderResult().isFailure()) {
      refuse(ctx, refusalOf(part.decoderResult().cause()));
      return;
    }
    if (part instanceof HttpRequest head) {
      Response refusal = refusalOf(head);
      if (refusal != null) {
        refuse(ctx, refusal);
        return;
      }
      request = head;
      bodyBytes = 0;
    }
    if (part instanceof HttpContent content) {
      bodyBytes += content.content().readableBytes();
      if (bodyBytes > Limits.BODY_BYTES) {
        refuse(ctx, HttpErrors.BODY_TOO_LARGE);
        return;
      }
    }
    HttpRequest head = request;
    if (part instanceof LastHttpContent && head != null) {
      serve(ctx, head);
    }
  }

  private static Response refusalOf(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ -> HttpErrors.REQUEST_LINE_TOO_LONG;
      case TooLongHttpHeaderException _ -> HttpErrors.HEADERS_TOO_LARGE;
      case TooLongFrameException _ -> HttpErrors.HEADERS_TOO_LARGE;
      default -> HttpErrors.MALFORMED;
    };
  }

  private static @Nullable Response refusalOf(HttpRequest head) {
    HttpVersion version = head.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return HttpErrors.VERSION;
    }
    if (head.headers().contains(HttpHeaderNames.EXPECT)) {
      return HttpErrors.EXPECT;
    }
    if (!isFramedPlainly(head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING))) {
      return HttpErrors.TRANSFER_ENCODING;
    }
    return HttpUtil.getContentLength(head, 0L) > Limits.BODY_BYTES
        ? HttpErrors.BODY_TOO_LARGE
        : null;
  }

  /** The decoder takes "gzip, chunked" for chunked; others might not end the body where it does. */
  private static boolean isFramedPlainly(List<String> encodings) {
    return encodings.isEmpty()
        || (encodings.size() == 1
            && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.getFirst()));
  }

  private void serve(ChannelHandlerContext ctx, HttpRequest head) {
    state = State.SERVING;
    request = null;
    boolean keepAlive =
        HttpUtil.isKeepAlive(head) && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
    Pending pending = new Pending(ctx, head, keepAlive, ticker.nanoTime(), !served);
    served = true;
    try {
      service.serve(pending);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("Serving a request failed");
      pending.respond(Route.OTHER, HttpErrors.INTERNAL);
    }
  }

  /** Answers a request that cannot be understood, and ends the connection. */
  private void refuse(ChannelHandlerContext ctx, Response response) {
    metrics.answered(Route.OTHER, response.status(), Duration.ZERO);
    state = State.CLOSING;
    writeLast(ctx, response, /* withBody= */ true).addListener(_ -> linger(ctx));
  }

  /**
   * Closing with unread bytes in the socket makes the kernel send a reset, which may overtake the
   * response (RFC 9112, 9.6): so say that we are done, and read on for a moment.
   */
  private static void linger(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof DuplexChannel duplex && duplex.isActive()) {
      duplex.shutdownOutput();
      ctx.executor()
          .schedule(() -> duplex.close(), Limits.LINGER.toMillis(), TimeUnit.MILLISECONDS);
    } else {
      ctx.close();
    }
  }

  private static ChannelFuture writeLast(
      ChannelHandlerContext ctx, Response response, boolean withBody) {
    ByteBuf[] parts = response.last(withBody);
    for (int i = 0; i < parts.length - 1; i++) {
      ctx.write(parts[i]);
    }
    return ctx.writeAndFlush(parts[parts.length - 1]);
  }

  private void written(ChannelHandlerContext ctx, ChannelFuture done, boolean goOn) {
    if (goOn && done.isSuccess()) {
      state = State.READING;
      ticksSinceRequest = 0;
      proceed(ctx);
    } else {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A pod that resets its connection is nobody's fault here.
    LOG.debug("Connection failed", cause);
    ctx.close();
  }

  /** A request that is with the service. */
  private final class Pending implements Exchange {
    private final ChannelHandlerContext ctx;
    private final HttpRequest head;
    private final boolean keepAlive;
    private final long arrivedNanos;
    private final boolean first;
    private boolean answered;

    Pending(
        ChannelHandlerContext ctx,
        HttpRequest head,
        boolean keepAlive,
        long arrivedNanos,
        boolean first) {
      this.first = first;
      this.ctx = ctx;
      this.head = head;
      this.keepAlive = keepAlive;
      this.arrivedNanos = arrivedNanos;
    }

    @Override
    public String method() {
      return head.method().name();
    }

    @Override
    public String target() {
      return head.uri();
    }

    @Override
    public HttpHeaders headers() {
      return head.headers();
    }

    @Override
    public InetAddress peer() {
      return ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
    }

    @Override
    public boolean isFirst() {
      return first;
    }

    @Override
    public InetAddress local() {
      return ((InetSocketAddress) ctx.channel().localAddress()).getAddress();
    }

    @Override
    public void respond(Route route, Response response) {
      if (ctx.executor().inEventLoop()) {
        write(route, response);
      } else {
        ctx.executor().execute(() -> write(route, response));
      }
    }

    private void write(Route route, Response response) {
      if (answered) {
        throw new IllegalStateException("a request is answered once: " + route);
      }
      answered = true;
      metrics.answered(
          route, response.status(), Duration.ofNanos(ticker.nanoTime() - arrivedNanos));
      boolean withBody = !head.method().equals(HttpMethod.HEAD);
      boolean goOn = keepAlive && !stopping.getAsBoolean();
      if (!goOn) {
        state = State.CLOSING;
      }
      ChannelFuture done =
          goOn ? ctx.writeAndFlush(response.whole(withBody)) : writeLast(ctx, response, withBody);
      done.addListener(future -> written(ctx, (ChannelFuture) future, goOn));
    }
  }
}
