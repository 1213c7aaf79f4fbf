package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With which rules before ours a pod's packet still comes to us. */
class WalkTest {
  private static final String OURS = "-A PREROUTING -i cali+ -j IAMBRIDGE";

  private static Walk.End walk(String from, String... lines) {
    NatTable table =
        NatTable.parse(
            Stream.concat(Stream.of("-P PREROUTING ACCEPT", "-N IAMBRIDGE"), Stream.of(lines)));
    Packet packet =
        new Packet(InetAddress.ofLiteral("169.254.169.254"), InterfacePattern.parse(from));
    return Walk.of(table, "PREROUTING", "IAMBRIDGE", packet);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // What kube-proxy, Calico and the portmap plugin have there.
        "-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES",
        "-A PREROUTING -m comment --comment \"cali:6gwbT8clXdHdC1b1\" -j cali-PREROUTING",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
        "-A PREROUTING -m mark --mark 0x1 -j ACCEPT",
        "-A PREROUTING -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.1.1:80",
        "-A PREROUTING -d 169.254.169.254/32 -p udp -j DNAT --to-destination 10.1.1.1",
        "-A PREROUTING -d 169.254.169.254/32 -p tcp -m tcp --dport 53 -j ACCEPT",
        "-A PREROUTING -d 169.254.169.254/32 -i eth1 -p tcp -m tcp --dport 80 -j ACCEPT",
        "-A PREROUTING ! -d 169.254.169.254/32 -j RETURN",
        "-A PREROUTING ! -p tcp -j RETURN",
        "-A PREROUTING ! -i cali+ -j RETURN",
        "-A PREROUTING -s 10.9.0.0/16 -j ACCEPT",
        "-A PREROUTING -d 169.254.169.254/32 -j MARK --set-xmark 0x1/0x1",
        "-A PREROUTING -j LOG",
        "-A PREROUTING -m statistic --mode random --probability 0.5 -j IAMBRIDGE"
      })
  void harmlessRulesBeforeOursStay(String line) {
    assertThat(walk("cali+", line, OURS)).isInstanceOf(Walk.End.Reached.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-A PREROUTING -d 169.254.169.254/32 -i cali+ -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.10:8181",
        "-A PREROUTING -d 169.254.169.254/32 -i cali1 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.10:8181",
        "-A PREROUTING -d 169.254.0.0/16 -j RETURN",
        "-A PREROUTING -d 169.254.169.254/32 -m mark --mark 0x1 -j ACCEPT",
        "-A PREROUTING -p tcp -m multiport --dports 80,443 -d 169.254.169.254 -j REDIRECT --to-ports 1",
        "-A PREROUTING -j ACCEPT",
        "-A PREROUTING -i cali+ -p tcp -j REDIRECT --to-ports 15001",
        "-A PREROUTING ! -i eth0 -j RETURN",
        "-A PREROUTING -i cali7 -j ACCEPT",
        "-A PREROUTING ! -i cali7 -j ACCEPT",
        "-A PREROUTING ! -d 10.0.0.0/8 -p tcp -m tcp --dport 0:1024 -j ACCEPT"
      })
  void rulesThatTakeThePacketAreSeen(String line) {
    assertThat(walk("cali+", line, OURS)).isInstanceOf(Walk.End.Captured.class);
  }

  @Test
  void chainsAreFollowed() {
    String jump = "-A PREROUTING -m addrtype --dst-type LOCAL -j MINE";
    assertThat(
            walk(
                "cali+",
                "-N MINE",
                jump,
                OURS,
                "-A MINE -d 169.254.169.254/32 -p tcp -j DNAT --to-destination 1.2.3.4"))
        .isInstanceOf(Walk.End.Captured.class);
    assertThat(
            walk(
                "cali+",
                "-N MINE",
                "-A PREROUTING -j MINE",
                OURS,
                "-A MINE -d 169.254.169.254/32 -j RETURN",
                "-A MINE -d 169.254.169.254/32 -j ACCEPT"))
        .isInstanceOf(Walk.End.Reached.class);
    assertThat(walk("cali+", "-N MINE", "-A PREROUTING -g MINE", OURS))
        .as("does not come back")
        .isInstanceOf(Walk.End.Captured.class);
  }

  @Test
  void chainsThatCallEachOtherEnd() {
    assertThat(
            walk(
                "cali+",
                "-A PREROUTING -j A169.254.",
                "-A A169.254. -j B169.254.",
                "-A B169.254. -j A169.254.",
                OURS))
        .isInstanceOf(Walk.End.Reached.class);
  }

  @Test
  void jumpOfFewerInterfacesIsNotEnough() {
    assertThat(walk("cali+", "-A PREROUTING -i cali1 -j IAMBRIDGE"))
        .isInstanceOf(Walk.End.Passed.class);
    assertThat(walk("!eth0", OURS)).isInstanceOf(Walk.End.Passed.class);
    assertThat(walk("cali+", "-A PREROUTING ! -i eth0 -j IAMBRIDGE"))
        .isInstanceOf(Walk.End.Reached.class);
  }

  @Test
  void kiamsRuleForAnotherInterfaceOfTheNegatedOnesIsSeen() {
    assertThat(
            walk(
                "!eth0",
                "-A PREROUTING -d 169.254.169.254/32 -i docker0 -p tcp -m tcp --dport 80 -j DNAT"
                    + " --to-destination 10.0.0.10:8181",
                "-A PREROUTING ! -i eth0 -j IAMBRIDGE"))
        .isInstanceOf(Walk.End.Captured.class);
  }
}
