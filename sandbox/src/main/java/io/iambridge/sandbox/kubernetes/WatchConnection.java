package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The way of a watch's events to its client: a WebSocket where it asked for one, else chunks. */
final class WatchConnection {

  /** About as often as a real API server. */
  private static final long BOOKMARK_SECONDS = 60;

  private static final int MOST_FRAME_BYTES = 64 * 1024;

  private WatchConnection() {}

  static void open(
      ChannelHandlerContext context, FullHttpRequest http, ApiRequest request, WatchStream stream)
      throws ApiException {
    Channel channel = context.channel();
    if (http.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
      openSocket(context, http, request, stream);
      return;
    }
    DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    HttpUtil.setTransferEncodingChunked(head, /* chunked= */ true);
    var _ = channel.writeAndFlush(head);
    run(
        channel,
        request,
        stream,
        json -> new DefaultHttpContent(Unpooled.wrappedBuffer(json, new byte[] {'\n'})),
        () -> LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private static void openSocket(
      ChannelHandlerContext context, FullHttpRequest http, ApiRequest request, WatchStream stream)
      throws ApiException {
    Channel channel = context.channel();
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                "ws://" + http.headers().get(HttpHeaderNames.HOST) + http.uri(),
                /* subprotocols= */ null,
                /* allowExtensions= */ false,
                MOST_FRAME_BYTES)
            .newHandshaker(http);
    if (handshaker == null) {
      throw ApiException.badRequest("unknown version of WebSocket");
    }
    context.pipeline().addLast(new Frames(handshaker));
    var _ = handshaker.handshake(channel, http);
    run(
        channel,
        request,
        stream,
        json -> new TextWebSocketFrame(Unpooled.wrappedBuffer(json)),
        () -> new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
  }

  /**
   * Sends events until the connection ends.
   *
   * @param frame makes what carries an event
   * @param last makes what ends the stream; most streams end without it
   */
  private static void run(
      Channel channel, ApiRequest request, WatchStream stream, Frame frame, Supplier<Object> last)
      throws ApiException {
    Consumer<ObjectNode> send =
        event -> {
          var _ = channel.writeAndFlush(frame.of(Json.write(event)));
          if (!channel.isWritable()) {
            // A client that does not read must not fill the memory: it lists anew.
            var _ = channel.close();
          }
        };
    Runnable finish =
        () -> channel.writeAndFlush(last.get()).addListener(ChannelFutureListener.CLOSE);
    int timeoutSeconds = request.number("timeoutSeconds");
    try {
      Runnable end = stream.start(send);
      channel.closeFuture().addListener(closed -> end.run());
    } catch (ApiException e) {
      send.accept(WatchStream.event("ERROR", e.status()));
      finish.run();
      return;
    }
    if (request.flag("allowWatchBookmarks")) {
      var bookmarks =
          channel
              .eventLoop()
              .scheduleAtFixedRate(
                  () -> send.accept(stream.bookmark()),
                  BOOKMARK_SECONDS,
                  BOOKMARK_SECONDS,
                  TimeUnit.SECONDS);
      channel
          .closeFuture()
          .addListener(closed -> bookmarks.cancel(/* mayInterruptIfRunning= */ false));
    }
    if (timeoutSeconds > 0) {
      var timeout = channel.eventLoop().schedule(finish, timeoutSeconds, TimeUnit.SECONDS);
      channel
          .closeFuture()
          .addListener(closed -> timeout.cancel(/* mayInterruptIfRunning= */ false));
    }
  }

  @FunctionalInterface
  private interface Frame {
    Object of(byte[] json);
  }

  /** What a client sends on the WebSocket of a watch: nothing but control frames. */
  private static final class Frames extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final WebSocketServerHandshaker handshaker;

    Frames(WebSocketServerHandshaker handshaker) {
      this.handshaker = handshaker;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
      if (frame instanceof CloseWebSocketFrame close) {
        var _ = handshaker.close(context.channel(), close.retain());
      } else if (frame instanceof PingWebSocketFrame ping) {
        var _ = context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
      }
    }
  }
}
