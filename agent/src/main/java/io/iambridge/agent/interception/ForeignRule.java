package io.iambridge.agent.interception;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A rule of somebody else that takes pods' metadata requests elsewhere.
 *
 * @param chain the chain it is in
 * @param rule itself
 * @param deletable whether it is certain that it takes packets that are ours, and none of the
 *     node's own processes that are not: without it, those would get what they were kept from
 */
record ForeignRule(String chain, Rule rule, boolean deletable) {
  private static final Set<String> REDIRECTING = Set.of("DNAT", "REDIRECT", "NETMAP");

  /**
   * A packet that has to be ours.
   *
   * @param base the built-in chain it enters
   */
  record Entry(String base, Packet packet) {}

  /** What comes to our chains. */
  static List<Entry> entries(List<Hook> hooks) {
    return hooks.stream()
        .flatMap(hook -> hook.packets().stream().map(packet -> new Entry(hook.base(), packet)))
        .toList();
  }

  /**
   * All of a table, for these packets.
   *
   * <p>Of most chains the table has only the rules that name a metadata address. So a chain may be
   * one that nobody seems to jump to; its rules are told of, but not deletable.
   */
  static List<ForeignRule> in(NatTable table, List<Entry> entries) {
    Map<Entry, Set<String>> ours = reached(table, entries);
    Map<Entry, Set<String>> nodes = reached(table, ofTheNodeAlone(entries));
    Set<String> traced = new HashSet<>();
    NatTable.HOOKABLE.forEach(base -> visit(table, base, traced, _ -> true));
    List<ForeignRule> found = new ArrayList<>();
    table
        .chains()
        .forEach((chain, rules) -> {
          if (Wanted.OUR_CHAINS.contains(chain)) {
            return;
          }
          for (Rule rule : rules) {
            boolean takes = takes(rule, chain, ours);
            boolean mayTake =
                !traced.contains(chain)
                    && entries.stream().anyMatch(entry -> redirects(rule, entry.packet()));
            if (takes || mayTake) {
              found.add(new ForeignRule(chain, rule, takes && !takes(rule, chain, nodes)));
            }
          }
        });
    return found;
  }

  /** The node's own packets to the same addresses, where they are not to be ours. */
  private static List<Entry> ofTheNodeAlone(List<Entry> entries) {
    return entries.stream()
        .map(entry -> new Packet(entry.packet().destination(), InterfacePattern.ANY))
        .map(packet -> new Entry("OUTPUT", packet))
        .filter(entry -> !entries.contains(entry))
        .distinct()
        .toList();
  }

  private static Map<Entry, Set<String>> reached(NatTable table, List<Entry> entries) {
    Map<Entry, Set<String>> reached = new LinkedHashMap<>();
    for (Entry entry : entries) {
      Set<String> chains = new HashSet<>();
      visit(
          table,
          entry.base(),
          chains,
          rule -> rule.conditions().fit(entry.packet()) != Conditions.Fit.NO);
      reached.put(entry, chains);
    }
    return reached;
  }

  private static void visit(
      NatTable table, String chain, Set<String> visited, Predicate<Rule> followed) {
    if (visited.add(chain)) {
      table.rules(chain).stream()
          .filter(rule -> table.chain(rule.target()).isPresent())
          .filter(followed)
          .forEach(rule -> visit(table, rule.target(), visited, followed));
    }
  }

  private static boolean takes(Rule rule, String chain, Map<Entry, Set<String>> reached) {
    return reached.entrySet().stream()
        .anyMatch(
            each -> each.getValue().contains(chain) && redirects(rule, each.getKey().packet()));
  }

  private static boolean redirects(Rule rule, Packet packet) {
    Conditions conditions = rule.conditions();
    return redirects(rule)
        && conditions.name(packet)
        && conditions.fit(packet) != Conditions.Fit.NO;
  }

  /** Whether it sends packets elsewhere. */
  static boolean redirects(Rule rule) {
    return REDIRECTING.contains(rule.target());
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
