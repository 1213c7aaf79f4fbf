package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.Programs.Outcome;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cuts connections to the metadata addresses that are older than the rules.
 *
 * <p>How it works. The nat table sees only the first packet of a connection; an older one goes on
 * to the real service for as long as it is kept alive. When its conntrack entry is deleted, its
 * next packet makes a new one (unless the node has nf_conntrack_tcp_loose=0), is redirected to the
 * agent, and is answered with a reset, because the agent knows no such connection.
 *
 * <p>If the service's next packet comes first, the entry is made the wrong way round: the service
 * is then the one that began, the pod's packets are answers, and the nat table is never asked. So
 * these entries are deleted too, and both once more some time later.
 */
final class Conntrack {
  private static final String PROGRAM = "conntrack";

  private final Commands commands;

  Conntrack(Commands commands) {
    this.commands = commands;
  }

  /** Fails when there is no such program. */
  void check() throws InterceptionException {
    commands.run(List.of(PROGRAM, "--version"), _ -> {});
  }

  /**
   * Deletes the entries of connections to the address that are answered by the address itself, that
   * is, not redirected, and of those that seem to have been begun by it.
   */
  void cut(InetAddress destination) throws InterceptionException {
    String address = AddressText.of(destination);
    delete(destination, "--orig-dst", address, "--reply-src", address);
    delete(destination, "--orig-src", address, "--orig-port-src", Integer.toString(Packet.PORT));
  }

  private void delete(InetAddress destination, String... which) throws InterceptionException {
    String family = Family.of(destination) == Family.IPV4 ? "ipv4" : "ipv6";
    List<String> command =
        Stream.concat(Stream.of(PROGRAM, "-D", "-f", family, "-p", "tcp"), Arrays.stream(which))
            .toList();
    Outcome outcome = commands.programs().run(command, _ -> {});
    // To have nothing to delete is a failure to conntrack.
    if (!(outcome instanceof Outcome.Exited(int _, String message)
        && message.contains("flow entries have been deleted"))) {
      commands.require(command, outcome);
    }
  }
}
