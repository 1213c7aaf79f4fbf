package io.iambridge.common.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:9610, localhost, 9610",
    ":9620, '', 9620",
    "0.0.0.0:0, 0.0.0.0, 0",
    "[::1]:8181, ::1, 8181",
    "kiam-server.kube-system.svc:443, kiam-server.kube-system.svc, 443",
  })
  void hostAndPortAreReadAndWritten(String text, String host, int port) {
    assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "9610", "::1:80", "host:", "host:x", "host:-1", "host:65536"})
  void anythingElseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
  }

  @Test
  void noHostMeansEveryAddress() throws UnknownHostException {
    assertThat(HostPort.parse(":0").toListenAddress().getAddress().isAnyLocalAddress()).isTrue();
    assertThat(HostPort.parse("[::1]:5").toListenAddress().getPort()).isEqualTo(5);
  }
}
