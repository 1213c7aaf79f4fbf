package io.iambridge.sandbox;

import io.iambridge.sandbox.kubernetes.PodNetwork;
import io.iambridge.sandbox.lab.Lab;
import io.iambridge.sandbox.pods.PodClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Where a sandbox is, and how its pods ask: on loopback, or in a {@link Lab}. */
public interface Place {
  /** Pods are source addresses of this machine's, and ask the agent's port. */
  Place LOOPBACK = new Loopback();

  /** On the lab's node; pods are namespaces, and ask the addresses that real pods ask. */
  static Place in(Lab lab) {
    InLab place = new InLab(lab);
    place.metadataAddresses().forEach(address -> lab.addNodeAddress(address.getHostString()));
    return place;
  }

  /** Where pods reach what is on the node. */
  InetAddress nodeAddress();

  /** Where the node's metadata service is; with port 0 for a free one. */
  List<InetSocketAddress> metadataAddresses();

  /** Gives pods their addresses. */
  PodNetwork podNetwork();

  /** What the agent is told about this place. */
  List<String> agentFlags();

  /** An address of the demo cluster's, which are written for loopback, in this place. */
  String address(String onLoopback);

  /**
   * Whoever asks from this address.
   *
   * @param agentPort where the agent is, if nothing redirects to it
   */
  PodClient podAt(String address, int agentPort);
}
