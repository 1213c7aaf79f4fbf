package io.iambridge.agent.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A response, rendered to bytes when it is made.
 *
 * <p>How it works. One buffer holds status line, headers, empty line and body, for the usual case
 * of a connection that goes on: it is written as it is, to any number of callers. For HEAD the body
 * is left off; for the last response of a connection "Connection: close" is put before the empty
 * line. The buffer is never released: its memory belongs to the garbage collector, so nobody has to
 * know who still writes it when credentials are replaced.
 */
public final class Response {
  private static final byte[] END_OF_HEADERS = {'\r', '\n'};

  private static final ByteBuf CLOSE_AND_END_OF_HEADERS =
      direct("Connection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

  /** IMF-fixdate (RFC 9110, 5.6.7), which has two digits for the day where RFC_1123 has one. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final int status;
  private final ByteBuf bytes;
  private final int headLength;

  private Response(int status, ByteBuf bytes, int headLength) {
    this.status = status;
    this.bytes = bytes;
    this.headLength = headLength;
  }

  /** A text, with the headers that the real instance metadata service sends. */
  public static Builder text(int status, String body) {
    return new Builder(status, body.getBytes(StandardCharsets.UTF_8))
        .header("Content-Type", "text/plain")
        .header("Server", "EC2ws")
        .header("Accept-Ranges", "none")
        .contentLength();
  }

  /**
   * Anything, with no headers but its length and type.
   *
   * @param contentType without line breaks
   */
  public static Builder of(int status, String contentType, byte[] body) {
    return new Builder(status, body.clone()).header("Content-Type", contentType).contentLength();
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** What to write when the connection goes on. */
  ByteBuf whole(boolean withBody) {
    return withBody ? bytes.duplicate() : bytes.slice(0, headLength);
  }

  /** The parts to write one after the other when the connection ends with this response. */
  ByteBuf[] last(boolean withBody) {
    ByteBuf head = bytes.slice(0, headLength - END_OF_HEADERS.length);
    ByteBuf end = CLOSE_AND_END_OF_HEADERS.duplicate();
    return withBody
        ? new ByteBuf[] {head, end, bytes.slice(headLength, bytes.readableBytes() - headLength)}
        : new ByteBuf[] {head, end};
  }

  /** Not the body: it may be credentials. */
  @Override
  public String toString() {
    return "Response[" + status + ", " + bytes.readableBytes() + " bytes]";
  }

  private static ByteBuf direct(byte[] content) {
    ByteBuffer memory = ByteBuffer.allocateDirect(content.length).put(content).flip();
    return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(memory).asReadOnly());
  }

  /** Collects the headers. */
  public static final class Builder {
    private final int status;
    private final byte[] body;
    private final StringBuilder head;

    private Builder(int status, byte[] body) {
      this.status = status;
      this.body = body;
      this.head =
          new StringBuilder("HTTP/1.1 ")
              .append(status)
              .append(' ')
              .append(HttpResponseStatus.valueOf(status).reasonPhrase())
              .append("\r\n");
    }

    private Builder contentLength() {
      return header("Content-Length", Integer.toString(body.length));
    }

    /** Adds a header; names and values are ours, never a caller's. */
    public Builder header(String name, String value) {
      head.append(name).append(": ").append(value).append("\r\n");
      return this;
    }

    /** Says since when the document has been as it is. */
    public Builder lastModified(Instant instant) {
      return header("Last-Modified", HTTP_DATE.format(instant));
    }

    /** For a response that is written once. */
    public Response build() {
      return build(Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(render())));
    }

    /**
     * For a response that is written many times: its bytes lie where the kernel takes them from.
     */
    public Response buildShared() {
      return build(direct(render()));
    }

    private Response build(ByteBuf bytes) {
      return new Response(status, bytes, bytes.readableBytes() - body.length);
    }

    private byte[] render() {
      byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
      byte[] whole = new byte[start.length + body.length];
      System.arraycopy(start, 0, whole, 0, start.length);
      System.arraycopy(body, 0, whole, start.length, body.length);
      return whole;
    }
  }
}
