package io.iambridge.agent.http;

/** Refusals of requests that never reach a service. */
final class HttpErrors {
  static final Response MALFORMED = error(400, "not an HTTP/1.1 request");
  static final Response VERSION = error(400, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  static final Response EXPECT = error(417, "the Expect header is not supported");
  static final Response BODY_TOO_LARGE =
      error(413, "request body larger than " + Limits.BODY_BYTES + " bytes");
  static final Response REQUEST_LINE_TOO_LONG =
      error(414, "request line longer than " + Limits.REQUEST_LINE_BYTES + " bytes");
  static final Response HEADERS_TOO_LARGE =
      error(431, "request headers larger than " + Limits.HEADERS_BYTES + " bytes");
  static final Response INTERNAL = error(500, "the agent failed to serve this request");

  /** RFC 9112, 6.1, has this status for it. */
  static final Response TRANSFER_ENCODING =
      error(501, "no Transfer-Encoding but chunked is understood");

  /** Not a defect of the request: the connection goes on. */
  static final Response TOO_FAST =
      Response.text(429, "too many requests from this address")
          .header("Retry-After", "1")
          .buildShared();

  private HttpErrors() {}

  private static Response error(int status, String reason) {
    return Response.text(status, reason).buildShared();
  }
}
