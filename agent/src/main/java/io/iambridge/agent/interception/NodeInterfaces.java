package io.iambridge.agent.interception;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** The network interfaces of the node. */
@FunctionalInterface
interface NodeInterfaces {
  /** The kernel's, now. */
  NodeInterfaces SYSTEM = NodeInterfaces::system;

  /**
   * One interface.
   *
   * @param usable whether it is up and not the loopback
   */
  record NodeInterface(String name, boolean usable, List<InetAddress> addresses) {
    public NodeInterface {
      addresses = List.copyOf(addresses);
    }
  }

  List<NodeInterface> list();

  private static List<NodeInterface> system() {
    try {
      return NetworkInterface.networkInterfaces().map(NodeInterfaces::read).toList();
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NodeInterface read(NetworkInterface read) {
    List<InetAddress> addresses =
        read.getInterfaceAddresses().stream().map(InterfaceAddress::getAddress).toList();
    try {
      return new NodeInterface(read.getName(), read.isUp() && !read.isLoopback(), addresses);
    } catch (SocketException _) {
      // It has gone meanwhile: pods' interfaces come and go.
      return new NodeInterface(read.getName(), /* usable= */ false, addresses);
    }
  }
}
