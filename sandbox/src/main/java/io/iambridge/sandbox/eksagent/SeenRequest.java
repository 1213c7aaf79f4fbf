package io.iambridge.sandbox.eksagent;

import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request as it arrived.
 *
 * @param target as sent
 * @param headers by lower-case name
 */
public record SeenRequest(
    InetAddress from, String method, String target, Map<String, List<String>> headers) {

  /** Copies the headers. */
  public SeenRequest {
    headers = Map.copyOf(headers);
  }

  static SeenRequest of(HttpExchange exchange) {
    Map<String, List<String>> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    return new SeenRequest(
        exchange.getRemoteAddress().getAddress(),
        exchange.getRequestMethod(),
        exchange.getRequestURI().toString(),
        headers);
  }

  /** The headers' names only: a token is among their values. */
  @Override
  public String toString() {
    return "%s %s from %s with %s"
        .formatted(method, target, from.getHostAddress(), headers.keySet());
  }
}
