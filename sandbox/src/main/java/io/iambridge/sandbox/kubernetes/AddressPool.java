package io.iambridge.sandbox.kubernetes;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Loopback addresses for pods: every one of 127.0.0.0/8 can be bound without setting it up. */
final class AddressPool {

  private static final String PREFIX = "127.0.0.";
  private static final int FIRST = 11;
  private static final int LAST = 250;

  private final Map<String, String> byOwner = new HashMap<>();

  /** A free address, the lowest there is; empty when all are taken. */
  Optional<String> take(String owner) {
    Optional<String> free =
        IntStream.rangeClosed(FIRST, LAST)
            .mapToObj(last -> PREFIX + last)
            .filter(address -> !byOwner.containsValue(address))
            .findFirst();
    free.ifPresent(address -> byOwner.put(owner, address));
    return free;
  }

  /** Notes an address that an owner has already, or wants to share with others. */
  void claim(String owner, String address) {
    byOwner.put(owner, address);
  }

  /** Whether the owner had an address. */
  boolean release(String owner) {
    return byOwner.remove(owner) != null;
  }

  /** Whether a text is an address that a pod can have. */
  static boolean isAddress(String text) {
    try {
      return !InetAddress.ofLiteral(text).isAnyLocalAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
