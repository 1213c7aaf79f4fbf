package io.iambridge.agent.interception;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The nat table of one family as far as it concerns us: the built-in chains and ours in full; of
 * other chains the rules that name a metadata address or a chain of ours.
 *
 * @param chains the rules of each chain that was read, in order
 */
record NatTable(Map<String, List<Rule>> chains) {
  static final NatTable EMPTY = new NatTable(Map.of());

  /** The built-in chains in which packets can be sent elsewhere. */
  static final List<String> HOOKABLE = List.of("PREROUTING", "OUTPUT");

  Optional<List<Rule>> chain(String name) {
    return Optional.ofNullable(chains.get(name));
  }

  List<Rule> rules(String chain) {
    return chains.getOrDefault(chain, List.of());
  }

  /**
   * Reads lines of {@code iptables -S}, or of {@code iptables-save}, while they come. A node may
   * have a hundred thousand rules, nearly all of them kube-proxy's; those are forgotten at once.
   */
  static final class Reader implements Consumer<String> {
    /** Far more than anybody has in the chains that are kept. */
    static final int MAX_RULES = 10_000;

    private static final List<String> OF_INTEREST =
        List.of("IAMBRIDGE", "169.254.", "fd00:ec2:", "fd00:0ec2:");
    private static final List<String> WHOLE_CHAINS =
        List.of("PREROUTING", "OUTPUT", Wanted.CHAIN, Wanted.HOST_CHAIN);

    private final Map<String, List<Rule>> chains = new LinkedHashMap<>();
    private boolean nat = true;
    private int rules;

    @Override
    public void accept(String line) {
      if (line.startsWith("*")) {
        nat = line.equals("*nat");
      } else if (nat && (line.startsWith("-P ") || line.startsWith("-N "))) {
        chains.computeIfAbsent(line.split(" ", 3)[1], _ -> new ArrayList<>());
      } else if (nat && line.startsWith(":")) {
        chains.computeIfAbsent(line.substring(1).split(" ", 2)[0], _ -> new ArrayList<>());
      } else if (nat && line.startsWith("-A ")) {
        rule(line);
      }
    }

    private void rule(String line) {
      String chain = line.split(" ", 3)[1];
      if (!WHOLE_CHAINS.contains(chain) && OF_INTEREST.stream().noneMatch(line::contains)) {
        return;
      }
      rules++;
      if (rules <= MAX_RULES) {
        List<String> words = Words.split(line);
        chains
            .computeIfAbsent(chain, _ -> new ArrayList<>())
            .add(Rule.of(words.subList(2, words.size())));
      }
    }

    boolean overflown() {
      return rules > MAX_RULES;
    }

    NatTable table() {
      return new NatTable(chains);
    }
  }

  static NatTable parse(Stream<String> lines) {
    Reader reader = new Reader();
    lines.forEach(reader);
    return reader.table();
  }
}
