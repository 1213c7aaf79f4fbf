package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What is to be intercepted.
 *
 * @param hosts addresses of this node that pods are sent to, at most one of each family; of a
 *     family that is not named, one is looked for
 * @param podSide the interfaces that pods' packets come in by; empty for kiam's default, docker0,
 *     which then has to exist
 * @param mode which iptables programs are used
 * @param takeover whether rules of others that redirect the same addresses are deleted
 * @param removeAtStop whether the rules go when the agent stops; otherwise a pod is refused then,
 *     and never gets the node's own role
 * @param podIdentity whether the EKS Pod Identity agent's address is ours too
 * @param podIdentityForHostNetwork whether that holds for pods in the node's network as well
 */
public record InterceptionConfig(
    List<InetAddress> hosts,
    Optional<InterfacePattern> podSide,
    Mode mode,
    boolean takeover,
    boolean removeAtStop,
    boolean podIdentity,
    boolean podIdentityForHostNetwork) {

  /** Which iptables programs are used: those of one backend, or of the one the node uses. */
  public enum Mode {
    AUTO,
    NFT,
    LEGACY
  }

  /** Checks the addresses. */
  public InterceptionConfig {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("there is no address to send pods to");
    }
    for (InetAddress host : hosts) {
      if (!HostAddresses.usable(host)) {
        throw new IllegalArgumentException("pods cannot be sent to " + host.getHostAddress());
      }
    }
    if (hosts.stream().map(Family::of).distinct().count() < hosts.size()) {
      throw new IllegalArgumentException("there are two addresses of one family: " + hosts);
    }
  }
}
