package io.iambridge.sandbox.pods;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** How a pod's bytes get to whoever answers, and the answer back. */
@FunctionalInterface
public interface Wire {
  /** Sends bytes as they are, good HTTP or not, and answers all that comes back until the end. */
  byte[] exchange(byte[] request) throws IOException;

  /** Nobody took the connection: nothing was asked yet. */
  final class ConnectTimeoutException extends IOException {
    private static final long serialVersionUID = 1;

    ConnectTimeoutException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Connects.
   *
   * @throws ConnectTimeoutException when it takes longer
   */
  static void connect(Socket socket, InetSocketAddress to, int timeoutMillis) throws IOException {
    try {
      socket.connect(to, timeoutMillis);
    } catch (SocketTimeoutException e) {
      throw new ConnectTimeoutException(e);
    }
  }

  /**
   * One connection, made by the calling thread.
   *
   * @param source where it comes from; 0.0.0.0 lets the system choose
   * @throws IOException when it is refused, reset, or takes 10 s, or the answer has more than 1 MiB
   */
  static byte[] exchange(InetAddress source, InetSocketAddress to, byte[] request)
      throws IOException {
    int timeoutMillis = (int) Duration.ofSeconds(10).toMillis();
    int mostBytes = 1024 * 1024;
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(source, 0));
      socket.setSoTimeout(timeoutMillis);
      connect(socket, to, timeoutMillis);
      socket.getOutputStream().write(request);
      byte[] answer = socket.getInputStream().readNBytes(mostBytes + 1);
      if (answer.length > mostBytes) {
        throw new IOException("more than " + mostBytes + " bytes of answer");
      }
      return answer;
    }
  }
}
