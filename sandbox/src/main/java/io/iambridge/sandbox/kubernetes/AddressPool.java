package io.iambridge.sandbox.kubernetes;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Who has which of a network's addresses. */
final class AddressPool {

  private final PodNetwork network;
  private final Map<String, List<String>> byOwner = new HashMap<>();

  AddressPool(PodNetwork network) {
    this.network = network;
  }

  /** Free addresses, the lowest there are; empty when all are taken. */
  Optional<List<String>> take(String owner) {
    List<String> taken = byOwner.values().stream().flatMap(Collection::stream).toList();
    Optional<List<String>> free =
        IntStream.iterate(1, number -> number + 1)
            .mapToObj(network::addresses)
            .takeWhile(Optional::isPresent)
            .flatMap(Optional::stream)
            .filter(addresses -> Collections.disjoint(addresses, taken))
            .findFirst();
    free.ifPresent(addresses -> byOwner.put(owner, addresses));
    return free;
  }

  /** Notes addresses that an owner has already, or wants to share with others. */
  void claim(String owner, List<String> addresses) {
    byOwner.put(owner, addresses);
  }

  /** Whether the owner had an address. */
  boolean release(String owner) {
    return byOwner.remove(owner) != null;
  }

  /** Reads addresses that a pod of this network can have; empty if it can not. */
  Optional<List<String>> parse(String text) {
    List<String> addresses = Stream.of(text.split(",", -1)).map(String::strip).toList();
    return addresses.stream().allMatch(this::isAddress) ? Optional.of(addresses) : Optional.empty();
  }

  private boolean isAddress(String text) {
    try {
      return network.canHave(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
