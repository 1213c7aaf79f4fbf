package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import java.util.Locale;

/**
 * One set of the iptables programs.
 *
 * @param backend where its rules are
 * @param suffix of its programs' names; empty for those that the system chose
 */
record Variant(Backend backend, String suffix) {

  /** The programs that are named after their backend, as Debian, Alpine and Fedora have them. */
  static Variant of(Backend backend) {
    return new Variant(backend, "-" + backend.name().toLowerCase(Locale.ROOT));
  }

  String program(Family family) {
    return (family == Family.IPV4 ? "iptables" : "ip6tables") + suffix;
  }

  String saveProgram(Family family) {
    return program(family) + "-save";
  }
}
