package io.iambridge.agent.interception;

import java.net.InetAddress;
import java.util.Optional;

/**
 * Addresses with a common beginning.
 *
 * @param address any of them
 * @param prefix how many bits they have in common
 */
record Network(InetAddress address, int prefix) {

  /** What iptables prints after {@code -d}; empty for a mask that is no prefix. */
  static Optional<Network> parse(String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int bits = address.getAddress().length * Byte.SIZE;
      int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
      return prefix < 0 || prefix > bits
          ? Optional.empty()
          : Optional.of(new Network(address, prefix));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] its = other.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      if (((mine[bit / Byte.SIZE] ^ its[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  boolean sameAs(Network that) {
    return prefix == that.prefix && contains(that.address);
  }
}
