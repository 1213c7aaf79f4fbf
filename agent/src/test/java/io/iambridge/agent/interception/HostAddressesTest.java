package io.iambridge.agent.interception;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.interception.NodeInterfaces.NodeInterface;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HostAddressesTest {
  private static final InterfacePattern CALI = InterfacePattern.parse("cali+");

  private static List<InetAddress> addresses(String... texts) {
    return Stream.of(texts).map(InetAddress::ofLiteral).toList();
  }

  private static NodeInterface up(String name, String... texts) {
    return new NodeInterface(name, /* usable= */ true, addresses(texts));
  }

  private static List<String> chosen(List<InetAddress> given, NodeInterface... interfaces) {
    return HostAddresses.choose(given, CALI, List.of(interfaces)).values().stream()
        .map(AddressText::of)
        .toList();
  }

  @Test
  void whatWasGivenIsTaken() {
    assertThat(chosen(addresses("fd00::9", "10.0.0.9"), up("eth0", "10.0.0.10", "fd00::10")))
        .containsExactly("10.0.0.9", "fd00::9");
  }

  @Test
  void ipv6IsFoundOnTheInterfaceOfTheGivenAddress() {
    assertThat(
            chosen(
                addresses("10.0.0.10"),
                up("eth1", "10.1.0.10", "fd00:1::10"),
                up("eth0", "10.0.0.10", "fe80::1", "fd00::10")))
        .containsExactly("10.0.0.10", "fd00::10");
  }

  @Test
  void ipv4IsFoundToo() {
    assertThat(chosen(addresses("fd00::10"), up("eth0", "fd00::10", "10.0.0.10")))
        .containsExactly("10.0.0.10", "fd00::10");
  }

  @Test
  void addressesThatCannotAnswerPodsAreNoHosts() {
    assertThat(
            chosen(
                addresses("10.0.0.10"),
                new NodeInterface("lo", /* usable= */ false, addresses("fd00::99")),
                up("pod-id-link0", "169.254.170.23", "fd00:ec2::23"),
                up("eth0", "10.0.0.10", "fe80::1", "::1")))
        .containsExactly("10.0.0.10");
  }

  @Test
  void thePodsSideIsTheLastResort() {
    assertThat(chosen(addresses("10.0.0.9"), up("cali1", "fd00::1"), up("eth0", "fd00::10")))
        .containsExactly("10.0.0.9", "fd00::10");
    assertThat(chosen(addresses("10.0.0.9"), up("cali1", "fd00::1")))
        .containsExactly("10.0.0.9", "fd00::1");
  }

  @Test
  void thisMachineCanBeRead() {
    assertThat(NodeInterfaces.SYSTEM.list())
        .anyMatch(each -> each.name().equals("lo") && !each.usable());
  }
}
