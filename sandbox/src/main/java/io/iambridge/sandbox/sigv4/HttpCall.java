package io.iambridge.sandbox.sigv4;

import java.util.List;
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

  /** The first value of a header. */
  Optional<String> header(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst();
  }
}
