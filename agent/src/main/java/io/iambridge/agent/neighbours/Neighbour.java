package io.iambridge.agent.neighbours;

import java.net.InetAddress;

/** What the kernel says of an address: where it reaches it. */
record Neighbour(InetAddress address, Link link) {

  /**
   * Who is behind an address, as far as the node can tell.
   *
   * @param interfaceIndex of the node's interface; a pod's own veth has one that no other ever had
   * @param address the link-layer address in hexadecimal, usually a MAC
   */
  record Link(int interfaceIndex, String address) {}
}
