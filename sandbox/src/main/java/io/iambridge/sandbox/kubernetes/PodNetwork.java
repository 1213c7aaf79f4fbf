package io.iambridge.sandbox.kubernetes;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Where pods have their addresses: what a network plugin is to a kubelet. */
public interface PodNetwork {
  /** Loopback: every address of 127.0.0.0/8 can be bound without setting it up. */
  PodNetwork LOOPBACK = new LoopbackNetwork();

  /** The node's own addresses, which pods with hostNetwork share. */
  List<String> nodeAddresses();

  /**
   * The addresses of one pod.
   *
   * @param number 1 or more
   * @return empty when the network is not that large
   */
  Optional<List<String>> addresses(int number);

  /** Whether a pod can have the address. */
  boolean canHave(InetAddress address);

  /**
   * Makes the pod reachable at its addresses, before it is told to run.
   *
   * @throws RuntimeException when that is not possible; the message is for people
   */
  void attach(PodKey pod, List<String> addresses);

  /** Takes the pod's network away; nothing happens if it has none. */
  void detach(PodKey pod);
}
