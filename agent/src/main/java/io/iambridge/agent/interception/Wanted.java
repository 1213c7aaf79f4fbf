package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What has to be in the nat table of one family.
 *
 * @param host the agent's address, of this family, without a scope
 * @param port the agent's port
 * @param podSide the interfaces that pods' packets come in by
 * @param podIdentity whether the Pod Identity address is ours too
 * @param podIdentityForHostNetwork whether it is for the node's own packets also, which are those
 *     of hostNetwork pods. IMDS never is: kubelet and the CNI ask it for the node's role.
 */
record Wanted(
    InetAddress host,
    int port,
    InterfacePattern podSide,
    boolean podIdentity,
    boolean podIdentityForHostNetwork) {
  static final String CHAIN = "IAMBRIDGE";
  static final String HOST_CHAIN = "IAMBRIDGE-HOST";
  static final List<String> OUR_CHAINS = List.of(CHAIN, HOST_CHAIN);

  private static final String COMMENT = "iambridge-agent";
  private static final String OTHER_COMMENT = "iambridge-agent, moved to the front";

  Family family() {
    return Family.of(host);
  }

  /** The addresses whose packets are redirected. */
  List<InetAddress> destinations() {
    MetadataAddresses addresses = MetadataAddresses.of(family());
    return podIdentity
        ? List.of(addresses.imds(), addresses.podIdentity())
        : List.of(addresses.imds());
  }

  List<Hook> hooks() {
    List<Hook> hooks = new ArrayList<>();
    List<String> fromPods = podSide.words();
    hooks.add(
        new Hook(
            "PREROUTING",
            CHAIN,
            destinations().stream().map(address -> new Packet(address, podSide)).toList(),
            destinations().stream().map(this::redirect).toList(),
            jump(fromPods, COMMENT, CHAIN),
            jump(fromPods, OTHER_COMMENT, CHAIN)));
    if (podIdentity && podIdentityForHostNetwork) {
      InetAddress address = MetadataAddresses.of(family()).podIdentity();
      List<String> toPodIdentity = List.of("-d", AddressText.of(address));
      hooks.add(
          new Hook(
              "OUTPUT",
              HOST_CHAIN,
              List.of(new Packet(address, InterfacePattern.ANY)),
              List.of(redirect(address)),
              jump(toPodIdentity, COMMENT, HOST_CHAIN),
              jump(toPodIdentity, OTHER_COMMENT, HOST_CHAIN)));
    }
    return hooks;
  }

  private Rule redirect(InetAddress destination) {
    return Rule.of(
        List.of(
            "-d",
            AddressText.of(destination),
            "-p",
            "tcp",
            "-m",
            "tcp",
            "--dport",
            Integer.toString(Packet.PORT),
            "-m",
            "comment",
            "--comment",
            COMMENT,
            "-j",
            "DNAT",
            "--to-destination",
            to()));
  }

  /** Where pods are sent, as iptables prints it. */
  String to() {
    String address = AddressText.of(host);
    return family() == Family.IPV4 ? address + ":" + port : "[" + address + "]:" + port;
  }

  private static Rule jump(List<String> conditions, String comment, String chain) {
    List<String> words = new ArrayList<>(conditions);
    words.addAll(List.of("-m", "comment", "--comment", comment, "-j", chain));
    return Rule.of(words);
  }
}
