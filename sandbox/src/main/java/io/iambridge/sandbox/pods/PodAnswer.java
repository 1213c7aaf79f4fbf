package io.iambridge.sandbox.pods;

import java.util.Map;
import java.util.Optional;

/**
 * What a pod was answered.
 *
 * @param headers by lower-case name
 */
public record PodAnswer(int status, Map<String, String> headers, String body) {

  /** Copies the headers. */
  public PodAnswer {
    headers = Map.copyOf(headers);
  }

  /** The value of a header. */
  public Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  @Override
  public String toString() {
    // The body may hold credentials.
    return "PodAnswer[" + status + ", " + body.length() + " characters]";
  }
}
