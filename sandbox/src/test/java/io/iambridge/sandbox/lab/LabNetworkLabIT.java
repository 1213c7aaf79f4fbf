package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.iambridge.sandbox.kubernetes.PodKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The lab's own network, without anything of iambridge in it. */
final class LabNetworkLabIT {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final PodKey POD = new PodKey("shop", "cart");

  private final Lab lab = Lab.setUp();

  @AfterEach
  void close() {
    lab.close();
  }

  private PodNamespace pod(String... addresses) {
    lab.attach(POD, List.of(addresses));
    return lab.pod(POD.namespace(), POD.name());
  }

  private static String peerSeen(PodNamespace pod, String listenAt) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral(listenAt));
        Socket _ =
            pod.call(() -> new Socket(InetAddress.ofLiteral(listenAt), listener.getLocalPort()));
        Socket accepted = listener.accept()) {
      return accepted.getInetAddress().getHostAddress();
    }
  }

  @Test
  void podReachesTheNodeFromItsOwnAddressInBothFamilies() throws Exception {
    PodNamespace pod = pod("10.244.0.11", "fd00:10:244::11");

    assertThat(peerSeen(pod, Lab.NODE_ADDRESS)).isEqualTo("10.244.0.11");
    assertThat(peerSeen(pod, Lab.NODE_ADDRESS_6)).isEqualTo("fd00:10:244:0:0:0:0:11");
  }

  @Test
  void podReachesAddressesThatTheNodeIsGiven() throws Exception {
    lab.addNodeAddress("169.254.169.254");
    lab.addNodeAddress("fd00:ec2::254");
    PodNamespace pod = pod("10.244.0.11", "fd00:10:244::11");

    assertThat(peerSeen(pod, "169.254.169.254")).isEqualTo("10.244.0.11");
    assertThat(peerSeen(pod, "fd00:ec2::254")).isEqualTo("fd00:10:244:0:0:0:0:11");
  }

  @Test
  void nothingLeadsOutOfTheLab() throws Exception {
    PodNamespace pod = pod("10.244.0.11", "fd00:10:244::11");

    for (PodNamespace from : List.of(pod, lab.node())) {
      for (String somewhere : List.of("192.0.2.1", "169.254.170.2", "2001:db8::1")) {
        assertThatExceptionOfType(SocketException.class)
            .as("%s to %s", from, somewhere)
            .isThrownBy(() ->
                from.call(() -> {
                  try (Socket socket = new Socket()) {
                    InetAddress address = InetAddress.ofLiteral(somewhere);
                    socket.connect(new InetSocketAddress(address, 80), 5_000);
                    return socket.getPort();
                  }
                }));
      }
    }
  }

  @Test
  void programsRunInThePodAndOnlyThere() throws IOException {
    PodNamespace pod = pod("fd00:10:244::12");

    Finished addresses =
        pod.run(DEADLINE, Map.of(), List.of("ip", "-brief", "address", "show", "eth0"));
    assertThat(addresses.ok()).as(addresses.output()).isTrue();
    assertThat(addresses.output()).contains("fd00:10:244::12/128").doesNotContain("10.244.");
    assertThat(lab.node().run(DEADLINE, Map.of(), List.of("ip", "-brief", "address")).output())
        .contains("10.0.0.10/24")
        .doesNotContain("fd00:10:244::12/128");
  }

  @Test
  void programsKnowOnlyTheEnvironmentTheyAreGiven() throws IOException {
    Finished environment = pod("10.244.0.11").run(DEADLINE, Map.of("GIVEN", "yes"), List.of("env"));

    assertThat(environment.output().lines().map(line -> line.split("=", 2)[0]))
        .contains("GIVEN", "PATH")
        .isSubsetOf("GIVEN", "PATH", "HOME", "LANG", "TMPDIR");
  }

  @Test
  void programsThatHangAreEnded() {
    PodNamespace pod = pod("10.244.0.11");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> pod.run(Duration.ofMillis(300), Map.of(), List.of("sleep", "600")))
        .withMessageContaining("sleep 600: not done");
  }

  @Test
  void addressGoesToWhoeverGotItLast() throws Exception {
    PodNamespace first = pod("10.244.0.11");
    assertThat(peerSeen(first, Lab.NODE_ADDRESS)).isEqualTo("10.244.0.11");
    PodKey next = new PodKey("data", "next");
    lab.attach(next, List.of("10.244.0.11"));
    assertThat(peerSeen(lab.pod("data", "next"), Lab.NODE_ADDRESS)).isEqualTo("10.244.0.11");
    lab.detach(POD);

    assertThat(peerSeen(lab.pod("data", "next"), Lab.NODE_ADDRESS)).isEqualTo("10.244.0.11");
    assertThatExceptionOfType(LabException.class).isThrownBy(() -> lab.pod("shop", "cart"));
  }

  @Test
  void strangerGivesWayToAPod() throws InterruptedException {
    assertThat(lab.whoeverIsAt("10.244.0.11").name()).startsWith("stranger-");
    PodNamespace pod = pod("10.244.0.11");

    assertThat(lab.whoeverIsAt("10.244.0.11")).isSameAs(pod);
  }

  @Test
  void aSecondLabInTheSamePlaceIsRefusedAndSaysWhy() {
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(Lab::setUp)
        .withMessageContaining("sandbox/lab/enter")
        .withMessageContaining("eth0");
  }

  @Test
  void interfacesThatAreDownAreNobodysNetwork() throws IOException {
    PodNamespace node = lab.node();
    lab.close();
    // As the tunnel modules do it with tunl0 and sit0.
    List<String> link = List.of("ip", "link", "add", "tunl7", "type", "veth", "peer", "tunl8");
    assertThat(node.run(DEADLINE, Map.of(), link).ok()).isTrue();
    try {
      Lab.setUp().close();
    } finally {
      assertThat(node.run(DEADLINE, Map.of(), List.of("ip", "link", "del", "tunl7")).ok()).isTrue();
    }
  }

  @Test
  void anEmptyNetworkThatTheScriptDidNotMakeIsRefused() throws IOException {
    lab.close();
    // What a container without network sees, with the marker of another network and without.
    for (String before : new String[] {"true", "mount -t tmpfs tmpfs /run"}) {
      List<String> command = new ArrayList<>(List.of("unshare", "--net", "--mount", "sh", "-c"));
      command.add(before + " && ip link set lo up && exec \"$@\"");
      command.add("sh");
      command.addAll(QuickstartLabIT.outsideOfALab());
      Finished refused = Programs.run(command, Map.of(), "", Duration.ofMinutes(1));

      assertThat(refused.status()).as(refused.output()).isEqualTo(1);
      assertThat(refused.output()).hasLineCount(1).contains("sandbox/lab/enter", "network");
    }
  }

  @Test
  void nothingIsLeftWhenItIsClosed() throws IOException {
    lab.addNodeAddress("169.254.169.254");
    pod("10.244.0.11");
    PodNamespace node = lab.node();
    List<String> rule =
        List.of("iptables", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "-j", "ACCEPT");
    assertThat(node.run(DEADLINE, Map.of(), rule).ok()).isTrue();
    lab.close();

    assertThat(node.run(DEADLINE, Map.of(), List.of("ip", "-brief", "address")).output())
        .startsWith("lo ")
        .hasLineCount(1)
        .doesNotContain("169.254");
    assertThat(node.run(DEADLINE, Map.of(), List.of("ip", "netns")).output()).isEmpty();
    assertThat(node.run(DEADLINE, Map.of(), List.of("iptables", "-t", "nat", "-S")).output())
        .doesNotContain("-p tcp");
  }

  @Test
  void whatATaskThrowsIsThrown() {
    PodNamespace pod = pod("10.244.0.11");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() ->
            pod.call(() -> {
              throw new IOException("the task's own");
            }))
        .withMessage("the task's own");
  }
}
