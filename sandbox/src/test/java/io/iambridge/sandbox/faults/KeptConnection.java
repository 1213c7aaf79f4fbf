package io.iambridge.sandbox.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.iambridge.sandbox.pods.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One connection for many requests, as SDKs keep it: a kept one that the other side has closed
 * meanwhile is no failure, a new one is made. For one thread.
 */
final class KeptConnection implements Wire, AutoCloseable {
  private static final String CLOSE = "Connection: close\r\n";
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");
  private static final Pattern CLOSES = Pattern.compile("(?i)\r\nconnection: *close\r\n");
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int MOST_HEAD = 16 * 1024;

  private final InetAddress source;
  private final InetSocketAddress to;
  private @Nullable Socket kept;

  KeptConnection(InetAddress source, InetSocketAddress to) {
    this.source = source;
    this.to = to;
  }

  @Override
  public byte[] exchange(byte[] request) throws IOException {
    byte[] kindly = new String(request, ISO_8859_1).replace(CLOSE, "").getBytes(ISO_8859_1);
    Socket old = kept;
    if (old != null) {
      try {
        return exchange(old, kindly);
      } catch (SocketException | EndedException e) {
        close();
      }
    }
    Socket fresh = connect();
    kept = fresh;
    return exchange(fresh, kindly);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    try {
      socket.bind(new InetSocketAddress(source, 0));
      socket.setSoTimeout(TIMEOUT_MILLIS);
      Wire.connect(socket, to, TIMEOUT_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private byte[] exchange(Socket socket, byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    String head = "";
    while (!head.endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new EndedException(answer.size() + " bytes and then the end");
      }
      answer.write(next);
      if (answer.size() > MOST_HEAD) {
        throw new IOException("more than " + MOST_HEAD + " bytes of head");
      }
      if (next == '\n') {
        head = answer.toString(ISO_8859_1);
      }
    }
    Matcher length = LENGTH.matcher(head);
    if (!length.find()) {
      throw new IOException("no Content-Length");
    }
    answer.write(in.readNBytes(Integer.parseInt(length.group(1))));
    if (CLOSES.matcher(head).find()) {
      close();
    }
    return answer.toByteArray();
  }

  @Override
  public void close() throws IOException {
    Socket old = kept;
    kept = null;
    if (old != null) {
      old.close();
    }
  }

  private static final class EndedException extends IOException {
    private static final long serialVersionUID = 1L;

    EndedException(String message) {
      super(message);
    }
  }
}
