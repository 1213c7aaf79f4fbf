package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.address.CanonicalAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Addresses as text: what is written reads as the same address, and one spelling is one. */
public final class AddressFuzz {
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private AddressFuzz() {}

  /** The bytes are an address, filled up with zeros. */
  public static void run(byte[] input) {
    int length = input.length <= IPV4_BYTES ? IPV4_BYTES : IPV6_BYTES;
    InetAddress address;
    try {
      address = InetAddress.getByAddress(Arrays.copyOf(input, length));
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
    assertThat(InetAddress.ofLiteral(AddressText.of(address))).isEqualTo(address);
    InetAddress canonical = CanonicalAddress.of(address);
    assertThat(CanonicalAddress.of(canonical)).isEqualTo(canonical);
  }
}
