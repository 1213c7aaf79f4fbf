package io.iambridge.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RelayTest {
  private ServerSocket echo;
  private Relay relay;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket();
    echo.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    Thread.ofVirtual().start(this::acceptAll);
    relay = Relay.to(echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    echo.close();
  }

  private void acceptAll() {
    while (!echo.isClosed()) {
      try {
        Socket socket = echo.accept();
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                socket.getInputStream().transferTo(socket.getOutputStream());
              } catch (IOException e) {
                // Cut.
              }
            });
      } catch (IOException e) {
        return;
      }
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), relay.port());
    socket.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
    return socket;
  }

  private static int echo(Socket socket) throws IOException {
    socket.getOutputStream().write('x');
    return socket.getInputStream().read();
  }

  @Test
  void passesBytesBothWaysUntilItIsCut() throws IOException {
    try (Socket first = connect();
        Socket second = connect()) {
      assertThat(echo(first)).isEqualTo('x');
      relay.cut();
      assertThat(first.getInputStream().read()).isEqualTo(-1);
      try (Socket third = connect()) {
        assertThat(echo(third)).isEqualTo('x');
      }
      assertThat(second.isConnected()).isTrue();
    }
  }

  @Test
  void refusesWhileItIsShut() throws IOException {
    relay.shut();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    relay.open();
    try (Socket socket = connect()) {
      assertThat(echo(socket)).isEqualTo('x');
    }
  }

  @Test
  void silenceIsNoEnd() throws IOException {
    try (Socket old = connect()) {
      assertThat(echo(old)).isEqualTo('x');
      relay.silence();
      old.setSoTimeout(100);
      assertThatThrownBy(() -> echo(old)).isInstanceOf(SocketTimeoutException.class);
      try (Socket fresh = connect()) {
        assertThat(echo(fresh)).isEqualTo('x');
      }
    }
  }
}
