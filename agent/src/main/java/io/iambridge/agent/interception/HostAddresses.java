package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.NodeInterfaces.NodeInterface;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses that pods are sent to: of each family that the node has, one.
 *
 * <p>A family that was not named is intercepted too, because pods may reach the metadata service by
 * it: those of IPv6 clusters on EKS have IPv4 for what has no IPv6. Any address of the node will
 * do, since the agent listens on all of them.
 */
final class HostAddresses {
  private HostAddresses() {}

  static Map<Family, InetAddress> choose(
      List<InetAddress> given, InterfacePattern podSide, List<NodeInterface> interfaces) {
    Map<Family, InetAddress> chosen = new EnumMap<>(Family.class);
    given.forEach(address -> chosen.put(Family.of(address), address));
    for (Family family : Family.values()) {
      if (!chosen.containsKey(family)) {
        found(family, given, podSide, interfaces).ifPresent(address -> chosen.put(family, address));
      }
    }
    return chosen;
  }

  private static Optional<InetAddress> found(
      Family family,
      List<InetAddress> given,
      InterfacePattern podSide,
      List<NodeInterface> interfaces) {
    return interfaces.stream()
        .filter(NodeInterface::usable)
        // Addresses on the pods' side come and go with pods.
        .sorted(
            Comparator.comparing((NodeInterface each) -> !holdsOneOf(each, given))
                .thenComparing(each -> podSide.matches(each.name())))
        .flatMap(each -> each.addresses().stream())
        .filter(address -> Family.of(address) == family)
        .filter(HostAddresses::usable)
        .findFirst()
        .map(HostAddresses::withoutScope);
  }

  private static boolean holdsOneOf(NodeInterface each, List<InetAddress> given) {
    return given.stream().anyMatch(each.addresses()::contains);
  }

  /** Whether packets can be sent there from another network namespace. */
  static boolean usable(InetAddress address) {
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isMulticastAddress()
        && !MetadataAddresses.include(address);
  }

  /** Java adds the interface to IPv6 addresses it has read from one. */
  private static InetAddress withoutScope(InetAddress address) {
    return InetAddress.ofLiteral(AddressText.of(address));
  }
}
