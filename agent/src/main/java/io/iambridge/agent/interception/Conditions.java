package io.iambridge.agent.interception;

import java.util.List;
import java.util.Optional;

/**
 * Which packets a rule is for.
 *
 * @param destination where they go
 * @param notDestination whether it is packets to anywhere else
 * @param in the interfaces they come in by
 * @param protocol by name; empty for every protocol
 * @param notProtocol whether it is packets of any other protocol
 * @param port the destination port
 * @param others what is not understood here, word by word
 */
record Conditions(
    Optional<Network> destination,
    boolean notDestination,
    InterfacePattern in,
    String protocol,
    boolean notProtocol,
    Optional<Ports> port,
    List<String> others) {

  /** Networks larger than this name nothing in particular. */
  private static final int SHORTEST_NAMING_PREFIX = 8;

  /** A range of ports, both ends within. */
  record Ports(int first, int last) {
    boolean contains(int port) {
      return first <= port && port <= last;
    }
  }

  /** Whether a packet is meant. */
  enum Fit {
    YES,
    /** Some of the packets, or it depends on what is not understood. */
    MAYBE,
    NO
  }

  Conditions {
    others = List.copyOf(others);
  }

  Fit fit(Packet packet) {
    boolean wrongDestination =
        destination.filter(net -> net.contains(packet.destination()) == notDestination).isPresent();
    boolean wrongProtocol = !protocol.isEmpty() && protocol.equals("tcp") == notProtocol;
    boolean wrongPort = port.filter(range -> !range.contains(Packet.PORT)).isPresent();
    if (wrongDestination || wrongProtocol || wrongPort || packet.from().apartFrom(in)) {
      return Fit.NO;
    }
    return others.isEmpty() && packet.from().within(in) ? Fit.YES : Fit.MAYBE;
  }

  /** Whether the packet's destination is meant expressly, and not because everything is. */
  boolean name(Packet packet) {
    return !notDestination
        && destination
            .filter(net -> net.prefix() >= SHORTEST_NAMING_PREFIX)
            .filter(net -> net.contains(packet.destination()))
            .isPresent();
  }

  boolean sameAs(Conditions that) {
    return sameDestination(that)
        && notDestination == that.notDestination
        && in.equals(that.in)
        && protocol.equals(that.protocol)
        && notProtocol == that.notProtocol
        && port.equals(that.port)
        && others.equals(that.others);
  }

  private boolean sameDestination(Conditions that) {
    if (destination.isEmpty() || that.destination.isEmpty()) {
      return destination.isEmpty() && that.destination.isEmpty();
    }
    return destination.get().sameAs(that.destination.get());
  }
}
