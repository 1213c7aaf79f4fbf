package io.iambridge.agent.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class AddressQuotaTest {
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
  private static final InetAddress B = InetAddress.ofLiteral("fd00::1");

  private final AddressQuota quota = new AddressQuota(2);

  @Test
  void eachAddressHasItsOwnShareInEverySpelling() throws UnknownHostException {
    byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
    assertThat(quota.take(A)).isTrue();
    assertThat(quota.take(Inet6Address.getByAddress(null, mapped, -1))).isTrue();
    assertThat(quota.take(A)).isFalse();
    assertThat(quota.take(B)).isTrue();
    quota.giveBack(A);
    assertThat(quota.take(A)).isTrue();
  }

  @Test
  void whereOnlyTheFirstIsGivenOneIsEnough() {
    assertThat(quota.takeFirst(A)).isTrue();
    assertThat(quota.takeFirst(A)).isFalse();
    assertThat(quota.takeFirst(B)).isTrue();
    assertThat(quota.take(A)).isTrue();
  }

  @Test
  void nothingIsKeptOfAddressesThatHoldNothing() {
    quota.take(A);
    quota.take(B);
    quota.giveBack(A);
    quota.giveBack(B);
    assertThat(quota.addresses()).isZero();
  }
}
