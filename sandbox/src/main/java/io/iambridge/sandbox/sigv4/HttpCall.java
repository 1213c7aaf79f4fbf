package io.iambridge.sandbox.sigv4;

import com.sun.net.httpserver.HttpExchange;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP request as it came over the wire.
 *
 * @param path raw, still percent-encoded
 * @param query raw, still percent-encoded; empty when there is none
 * @param headers by lower-case name
 * @param payloadHash lower-case hex SHA-256 of the body
 */
public record HttpCall(
    String method,
    String path,
    String query,
    Map<String, List<String>> headers,
    String payloadHash) {

  /** Copies the headers. */
  public HttpCall {
    headers = Map.copyOf(headers);
  }

  /** A request that a server of the JDK has received, and its body. */
  public static HttpCall of(HttpExchange exchange, byte[] body) {
    Map<String, List<String>> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    String query = exchange.getRequestURI().getRawQuery();
    return new HttpCall(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getRawPath(),
        query == null ? "" : query,
        headers,
        Signature.payloadHash(body));
  }

  /** The first value of a header. */
  Optional<String> header(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst();
  }
}
