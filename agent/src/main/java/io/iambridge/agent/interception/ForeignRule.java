package io.iambridge.agent.interception;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A rule of somebody else that takes pods' metadata requests elsewhere.
 *
 * @param chain the chain it is in
 * @param rule itself
 */
record ForeignRule(String chain, Rule rule) {
  private static final Set<String> REDIRECTING = Set.of("DNAT", "REDIRECT", "NETMAP");

  /** All of a table, for these packets. */
  static List<ForeignRule> in(NatTable table, List<Packet> packets) {
    List<ForeignRule> found = new ArrayList<>();
    table
        .chains()
        .forEach((chain, rules) ->
            rules.stream()
                .filter(rule -> !Wanted.OUR_CHAINS.contains(chain))
                .filter(rule -> redirects(rule, packets))
                .forEach(rule -> found.add(new ForeignRule(chain, rule))));
    return found;
  }

  private static boolean redirects(Rule rule, List<Packet> packets) {
    Conditions conditions = rule.conditions();
    return REDIRECTING.contains(rule.target())
        && packets.stream()
            .anyMatch(
                packet -> conditions.name(packet) && conditions.fit(packet) != Conditions.Fit.NO);
  }

  /** Who probably made it. kiam's and kube2iam's rules are the same but for the port. */
  String owner() {
    boolean theirs =
        chain.equals("PREROUTING")
            && rule.target().equals("DNAT")
            && rule.conditions().port().isPresent()
            && rule.conditions().others().isEmpty();
    return theirs ? "kiam or kube2iam" : "unknown";
  }

  /** What deletes it. */
  List<String> deletion() {
    List<String> words = new ArrayList<>(List.of("-D", chain));
    words.addAll(rule.words());
    return List.copyOf(words);
  }

  /** As {@code iptables -S} shows it. */
  String text() {
    return rule.in(chain);
  }
}
