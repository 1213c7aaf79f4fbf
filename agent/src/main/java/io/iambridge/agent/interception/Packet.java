package io.iambridge.agent.interception;

import java.net.InetAddress;

/**
 * The first packet of a connection to a metadata address, port 80.
 *
 * @param destination the metadata address
 * @param from the interfaces it may have come in by; any for a packet of the node itself
 */
record Packet(InetAddress destination, InterfacePattern from) {
  static final int PORT = 80;
}
