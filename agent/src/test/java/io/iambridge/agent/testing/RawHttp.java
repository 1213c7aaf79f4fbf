package io.iambridge.agent.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One connection on which a test says every byte itself. */
public final class RawHttp implements Closeable {
  private static final int TIMEOUT_MILLIS = 30_000;

  private final Socket socket;

  private RawHttp(Socket socket) {
    this.socket = socket;
  }

  /** Connects from a local address, which is who the agent takes the caller for. */
  public static RawHttp connect(String from, String to, int port) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral(to), port), TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    return new RawHttp(socket);
  }

  /** Sends bytes. */
  public RawHttp send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends a request without body. */
  public Answer request(String method, String target, String... headers) throws IOException {
    return requestTo("x", method, target, headers);
  }

  /** Sends a request without body to a host of this name. */
  public Answer requestTo(String host, String method, String target, String... headers)
      throws IOException {
    StringBuilder request =
        new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    send(request.append("\r\n").toString());
    return read(/* withBody= */ !method.equals("HEAD"));
  }

  /** Reads one response. */
  public Answer read() throws IOException {
    return read(/* withBody= */ true);
  }

  private Answer read(boolean withBody) throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("connection ended after: " + head);
      }
      head.write(next);
    }
    Answer answer = new Answer(head.toString(StandardCharsets.ISO_8859_1), "");
    String length = answer.header("Content-Length");
    return withBody && length != null
        ? new Answer(
            answer.head(),
            new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8))
        : answer;
  }

  /** Everything until the agent closes the connection. */
  public String readToEnd() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /**
   * A response as it was on the wire.
   *
   * @param head status line and headers with the empty line
   */
  public record Answer(String head, String body) {

    /** The status. */
    public int status() {
      return Integer.parseInt(head.split(" ", 3)[1]);
    }

    /** A header's value. */
    public @Nullable String header(String name) {
      return head.lines()
          .skip(1)
          .filter(
              line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse(null);
    }
  }
}
