package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.10",
        "fd00:ec2::254",
        "fd00:10::10",
        "2001:db8::1:0:0:1",
        "1:0:2:3:4:5:6:7",
        "1::",
        "::2:0:0:1:0",
        "fe80::1"
      })
  void isAsIptablesPrintsIt(String text) {
    assertThat(AddressText.of(InetAddress.ofLiteral(text))).isEqualTo(text);
  }
}
