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

  /** Whether packets are meant; the better comes first. */
  enum Fit {
    ALL,
    /** Those that come in by some of the interfaces. */
    SOME,
    /** It depends on what is not understood. */
    MAYBE,
    NO;

    /** Of packets that fit here and there. */
    Fit and(Fit that) {
      return compareTo(that) >= 0 ? this : that;
    }

    /** Whether there are packets that are meant, for certain. */
    boolean certain() {
      return this == ALL || this == SOME;
    }
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
    if (!others.isEmpty()) {
      return Fit.MAYBE;
    }
    return packet.from().within(in) ? Fit.ALL : Fit.SOME;
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
