package io.iambridge.sandbox.lab;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The node's own network: eth0 with an IPv4 and an IPv6 address towards the namespace {@code
 * world}, which answers "unreachable" to everything, and whatever addresses the loopback is given.
 */
final class NodeNetwork implements AutoCloseable {
  private static final String WORLD = "world";
  private static final List<String> FORWARDING =
      List.of("/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding");
  private static final List<String> RULES =
      List.of("iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy");

  private final Set<InetAddress> onLoopback = new LinkedHashSet<>();

  void setUp(InetAddress four, InetAddress six) {
    forward();
    Programs.must(List.of("ip", "netns", "add", WORLD), "");
    Programs.must(
        List.of("ip", "-batch", "-"),
        """
        link set lo up
        link add eth0 type veth peer name eth0 netns world
        address add %s/24 dev eth0
        address add %s/64 dev eth0 nodad
        link set eth0 up
        """
            .formatted(four.getHostAddress(), six.getHostAddress()));
    Programs.must(
        List.of("ip", "-n", WORLD, "-batch", "-"),
        """
        address add 10.0.0.1/24 dev eth0
        address add fd00:10::1/64 dev eth0 nodad
        link set eth0 up
        route add 10.244.0.0/16 via %s
        route add fd00:10:244::/64 via %s
        route add unreachable 0.0.0.0/0
        route add unreachable ::/0
        """
            .formatted(four.getHostAddress(), six.getHostAddress()));
    Programs.must(
        List.of("ip", "-batch", "-"),
        """
        route add default via 10.0.0.1
        route add default via fd00:10::1
        """);
    try {
      PodNamespace.named(WORLD, List.of())
          .call(() -> {
            // Only who forwards says that a destination is unreachable.
            forward();
            return true;
          });
    } catch (Exception e) {
      throw new LabException("the namespace " + WORLD + ": " + e.getMessage(), e);
    }
  }

  private static void forward() {
    try {
      for (String file : FORWARDING) {
        Files.writeString(Path.of(file), "1");
      }
    } catch (IOException e) {
      throw new LabException("cannot make the node forward: " + e.getMessage(), e);
    }
  }

  /** Gives the node another address, where something of its own listens. */
  void addToLoopback(InetAddress address) {
    if (onLoopback.add(address)) {
      Programs.must(List.of("ip", "-batch", "-"), "address add " + entry(address) + "\n");
    }
  }

  private static String entry(InetAddress address) {
    return address.getHostAddress()
        + (address instanceof Inet6Address ? "/128 dev lo nodad" : "/32 dev lo");
  }

  /** Leaves nothing but the loopback as it was, no rule and no flow. */
  @Override
  public void close() {
    for (InetAddress address : onLoopback) {
      Programs.may(List.of("ip", "address", "del", address.getHostAddress(), "dev", "lo"));
    }
    onLoopback.clear();
    Programs.may(List.of("ip", "link", "del", "eth0"));
    Programs.may(List.of("ip", "netns", "del", WORLD));
    for (String program : RULES) {
      for (String table : List.of("nat", "filter", "mangle", "raw")) {
        Programs.may(List.of(program, "-w", "5", "-t", table, "-F"));
        Programs.may(List.of(program, "-w", "5", "-t", table, "-X"));
      }
    }
    Programs.may(List.of("conntrack", "-F"));
  }
}
