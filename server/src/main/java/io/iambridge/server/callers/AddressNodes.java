package io.iambridge.server.callers;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** On which nodes pods claim each address. Guarded by the index's lock. */
final class AddressNodes {
  /** Nearly all have one node. */
  private final Map<InetAddress, Set<String>> nodes = new HashMap<>();

  Set<String> of(InetAddress address) {
    return nodes.getOrDefault(address, Set.of());
  }

  void put(InetAddress address, String node, boolean claimed) {
    Set<String> before = of(address);
    if (before.contains(node) == claimed) {
      return;
    }
    Set<String> after = new HashSet<>(before);
    if (claimed) {
      after.add(node);
    } else {
      after.remove(node);
    }
    if (after.isEmpty()) {
      nodes.remove(address);
    } else {
      nodes.put(address, Set.copyOf(after));
    }
  }
}
