package io.iambridge.sandbox.imds;

import java.util.Map;
import java.util.Optional;

/**
 * A request as it was on the wire.
 *
 * @param method as sent
 * @param target as sent, one character for each byte
 * @param headers by lower-case name
 * @param hadToken whether it carried a session token that is good
 * @param meaning what the most liberal server would take it for
 */
public record SeenRequest(
    String method, String target, Map<String, String> headers, boolean hadToken, Meaning meaning) {

  /** What the most liberal server would take a request for. */
  public enum Meaning {
    /** The node's credentials, or the way to them. */
    CREDENTIALS,
    /** A session token. */
    TOKEN,
    /** Anything else. */
    HARMLESS
  }

  /** Copies the headers. */
  public SeenRequest {
    headers = Map.copyOf(headers);
  }

  /** The value of a header. */
  public Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  /** Not the headers: they may hold a token. */
  @Override
  public String toString() {
    return method + " " + target + " (" + meaning + ")";
  }
}
