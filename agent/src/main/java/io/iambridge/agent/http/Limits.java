package io.iambridge.agent.http;

import java.time.Duration;

/** What one connection, or one caller, may cost. Real clients stay far below all of these. */
final class Limits {
  /** The longest real target has a percent-encoded role ARN of 512 characters with its path. */
  static final int REQUEST_LINE_BYTES = 4 * 1024;

  static final int HEADERS_BYTES = 16 * 1024;

  /** No route takes a body; some clients send one with PUT. */
  static final int BODY_BYTES = 4 * 1024;

  /** Small, because all pipelined requests that fit in it are decoded at once. */
  static final int RECEIVE_BUFFER_BYTES = 2 * 1024;

  /** A connection lives on only if it completes a request in this time, whatever else it sends. */
  static final Duration BETWEEN_REQUESTS = Duration.ofSeconds(30);

  /** How long the rest of a refused request is read, so that the client sees the refusal. */
  static final Duration LINGER = Duration.ofSeconds(1);

  /**
   * Connections of one address: a thousand threads that start at once, and a tenth of the whole.
   */
  static final int CONNECTIONS_PER_ADDRESS = 1024;

  private Limits() {}
}
