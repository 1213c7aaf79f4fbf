package io.iambridge.agent.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** One spelling for one address. */
public final class CanonicalAddress {
  private static final int MAPPED_PREFIX_BYTES = 12;
  private static final byte[] MAPPED_PREFIX = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff
  };

  private CanonicalAddress() {}

  /**
   * A listener on {@code ::} may show an IPv4 caller as ::ffff:10.0.0.1 (RFC 4291, 2.5.5.2), which
   * is the caller at 10.0.0.1. A scope (fe80::1%eth0) needs no care: equals ignores it.
   */
  public static InetAddress of(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    if (!Arrays.equals(bytes, 0, MAPPED_PREFIX_BYTES, MAPPED_PREFIX, 0, MAPPED_PREFIX_BYTES)) {
      return address;
    }
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, MAPPED_PREFIX_BYTES, bytes.length));
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an IPv4 address", e);
    }
  }
}
