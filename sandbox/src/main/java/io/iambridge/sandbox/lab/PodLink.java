package io.iambridge.sandbox.lab;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * A pod's namespace and the pair of interfaces that leads to it: eth0 in the pod, {@code caliNNNNN}
 * on the node, as Calico makes them: addresses without a subnet, and one gateway for all pods that
 * exists on the node's side of the link only.
 *
 * @param interfaceName on the node
 */
record PodLink(PodNamespace pod, String interfaceName) {
  private static final String GATEWAY_4 = "169.254.1.1";
  private static final String GATEWAY_6 = "fe80::1";

  void setUp() {
    StringBuilder onNode = new StringBuilder();
    StringBuilder inPod = new StringBuilder("link set lo up\nlink set eth0 up\n");
    onNode.append(
        "link add %s type veth peer name eth0 netns %s\n".formatted(interfaceName, name()));
    onNode.append("link set %s up\n".formatted(interfaceName));
    for (InetAddress address : pod.addresses()) {
      boolean six = address instanceof Inet6Address;
      String host = address.getHostAddress() + (six ? "/128" : "/32");
      String gateway = six ? GATEWAY_6 : GATEWAY_4;
      onNode.append(
          "address add %s dev %s%s\n"
              .formatted(gateway + (six ? "/64" : "/32"), interfaceName, six ? " nodad" : ""));
      // Whoever got the address last has it, as when a network plugin gives it to the next pod.
      onNode.append("route replace %s dev %s\n".formatted(host, interfaceName));
      inPod.append("address add %s dev eth0%s\n".formatted(host, six ? " nodad" : ""));
      if (!six) {
        inPod.append("route add %s dev eth0 scope link\n".formatted(gateway));
      }
      inPod.append("route add default via %s dev eth0\n".formatted(gateway));
    }
    Programs.must(List.of("ip", "netns", "add", name()), "");
    try {
      Programs.must(List.of("ip", "-batch", "-"), onNode.toString());
      Programs.must(List.of("ip", "-n", name(), "-batch", "-"), inPod.toString());
    } catch (LabException e) {
      takeDown();
      throw e;
    }
  }

  private String name() {
    return pod.name();
  }

  /** Ends the pod's programs and cuts its connections, whoever still holds them. */
  void takeDown() {
    for (String id : Programs.may(List.of("ip", "netns", "pids", name())).lines().toList()) {
      if (id.matches("[0-9]+")) {
        ProcessHandle.of(Long.parseLong(id))
            .filter(process -> !process.equals(ProcessHandle.current()))
            .ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    // The namespace lives on while a socket of it is open; the link does not.
    Programs.may(List.of("ip", "link", "del", interfaceName));
    Programs.may(List.of("ip", "netns", "del", name()));
  }
}
