package io.iambridge.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.lab.Finished;
import io.iambridge.sandbox.lab.Lab;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The lab's machine: localhost is two addresses there, one for each server, and packets on its
 * loopback can be lost.
 */
final class LabHost implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /** The JDK remembers for 30 s what a name meant. */
  private static final Duration UNTIL_FORGOTTEN = Duration.ofSeconds(40);

  private final Lab lab = Lab.setUp();

  private LabHost() {}

  /** Refuses to touch any network but the lab's. */
  static LabHost setUp() throws IOException {
    LabHost host = new LabHost();
    try {
      Path hosts = Files.createTempFile("hosts", "");
      Files.writeString(hosts, "127.0.0.1 localhost\n127.0.0.2 localhost\n");
      host.run("mount", "--bind", hosts.toString(), "/etc/hosts");
      Files.delete(hosts);
      await()
          .atMost(UNTIL_FORGOTTEN)
          .until(() -> InetAddress.getAllByName("localhost").length == 2);
      return host;
    } catch (IOException | RuntimeException e) {
      host.close();
      throw e;
    }
  }

  /** Every packet from and to a port, or some by chance, is lost without a word. */
  void lose(int port, String... whichPackets) throws IOException {
    rule("-I", port, whichPackets);
  }

  /** Takes back what {@link #lose} did. */
  void loseNoMore(int port, String... whichPackets) throws IOException {
    rule("-D", port, whichPackets);
  }

  private void rule(String action, int port, String... whichPackets) throws IOException {
    for (String end : List.of("--dport", "--sport")) {
      List<String> rule =
          new ArrayList<>(
              List.of("iptables", "-w", "5", action, "INPUT", "-i", "lo", "-p", "tcp", end));
      rule.add(Integer.toString(port));
      rule.addAll(List.of(whichPackets));
      rule.addAll(List.of("-j", "DROP"));
      run(rule.toArray(String[]::new));
    }
  }

  private void run(String... command) throws IOException {
    Finished finished = lab.node().run(DEADLINE, Map.of(), List.of(command));
    assertThat(finished.ok()).as("%s: %s", String.join(" ", command), finished.output()).isTrue();
  }

  @Override
  public void close() throws IOException {
    try {
      lab.node().run(DEADLINE, Map.of(), List.of("umount", "/etc/hosts"));
    } finally {
      lab.close();
    }
  }
}
