package io.iambridge.sandbox.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.iambridge.sandbox.kubernetes.ApiObjects.Answer;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP in front of the API: one connection's requests, watches included. */
final class ApiHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);
  private static final String JSON = "application/json";

  private final ObjectStore store;
  private final ResourceTypes types;
  private final Discovery discovery;
  private final ApiObjects objects;
  private final TokenApi tokens;
  private final Tables tables;

  ApiHandler(
      ObjectStore store, ResourceTypes types, ApiObjects objects, TokenApi tokens, Tables tables) {
    this.store = store;
    this.types = types;
    this.discovery = new Discovery(types);
    this.objects = objects;
    this.tokens = tokens;
    this.tables = tables;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest http) {
    ApiRequest request = request(http);
    try {
      answer(context, http, request);
    } catch (ApiException e) {
      send(context, http, e.code(), JSON, Json.write(e.status()));
    } catch (RuntimeException e) {
      LOG.warn("failed on {} {}", request.method(), request.path(), e);
      ApiException failure = new ApiException(500, "InternalError", e.toString());
      send(context, http, failure.code(), JSON, Json.write(failure.status()));
    }
  }

  private void answer(ChannelHandlerContext context, FullHttpRequest http, ApiRequest request)
      throws ApiException {
    switch (request.path()) {
      case "/healthz", "/livez", "/readyz" ->
          send(context, http, 200, "text/plain", "ok".getBytes(UTF_8));
      case "/openapi/v2" ->
          send(context, http, 200, Discovery.OPEN_API_TYPE, Discovery.OPEN_API.clone());
      default -> answerJson(context, http, request);
    }
  }

  private void answerJson(ChannelHandlerContext context, FullHttpRequest http, ApiRequest request)
      throws ApiException {
    Optional<JsonNode> document =
        discovery.document(request.path()).or(() -> tokens.published(request.path()));
    if (document.isPresent()) {
      send(context, http, 200, JSON, Json.write(document.get()));
      return;
    }
    Optional<Answer> token = tokens.handle(request);
    if (token.isPresent()) {
      send(context, http, token.get().code(), JSON, Json.write(token.get().body()));
      return;
    }
    ApiPath path = ApiPath.parse(types, request.path()).orElseThrow(ApiException::noSuchPath);
    if (request.method().equals("GET") && request.flag("watch")) {
      UnaryOperator<JsonNode> form =
          Tables.wanted(request.accept()) ? one -> tables.of(path.type(), one) : one -> one;
      WatchConnection.open(context, http, request, new WatchStream(store, path, request, form));
      return;
    }
    Answer answer = objects.handle(path, request);
    boolean table = request.method().equals("GET") && Tables.wanted(request.accept());
    JsonNode body = table ? tables.of(path.type(), answer.body()) : answer.body();
    send(context, http, answer.code(), JSON, Json.write(body));
  }

  private static ApiRequest request(FullHttpRequest http) {
    QueryStringDecoder uri = new QueryStringDecoder(http.uri());
    Map<String, String> query = new HashMap<>();
    uri.parameters().forEach((name, values) -> query.put(name, values.getFirst()));
    return new ApiRequest(
        http.method().name(),
        uri.path(),
        query,
        http.headers().get(HttpHeaderNames.ACCEPT, ""),
        http.headers().get(HttpHeaderNames.CONTENT_TYPE, ""),
        http.content().toString(UTF_8));
  }

  private static void send(
      ChannelHandlerContext context, FullHttpRequest http, int code, String type, byte[] body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), Unpooled.wrappedBuffer(body));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    HttpUtil.setContentLength(response, body.length);
    boolean keepAlive = HttpUtil.isKeepAlive(http);
    HttpUtil.setKeepAlive(response, keepAlive);
    var sent = context.writeAndFlush(response);
    if (!keepAlive) {
      sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("closing a connection of the embedded API", cause);
    }
    var _ = context.close();
  }
}
