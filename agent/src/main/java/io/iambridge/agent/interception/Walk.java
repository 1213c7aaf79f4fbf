package io.iambridge.agent.interception;

import io.iambridge.agent.interception.Conditions.Fit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a packet goes in the nat table: follows it through the rules as the kernel does, as far as
 * rules can be told without the packet.
 *
 * <p>How it works. A rule may be certain to match, for packets of all or of some of the interfaces,
 * certain not to, or neither, because it has conditions we do not know. Of the last only those
 * count that name the destination: CNIs and kube-proxy have many rules before ours that never see a
 * metadata address, and to move to the front of them every time they do would be a fight without
 * end.
 */
final class Walk {
  /** What becomes of the packet. */
  sealed interface End {
    /** It comes to our chain. */
    record Reached(Rule jump) implements End {}

    /** Another rule decides over it first. */
    record Captured(String chain, Rule rule) implements End {}

    /** It comes to the end of the built-in chain: no rule is for it. */
    record Passed() implements End {}
  }

  private static final Set<String> DECIDING =
      Set.of("ACCEPT", "DROP", "DNAT", "REDIRECT", "NETMAP", "QUEUE", "NFQUEUE");

  private final NatTable table;
  private final String ours;
  private final Packet packet;
  private final Set<String> visiting = new HashSet<>();

  private Walk(NatTable table, String ours, Packet packet) {
    this.table = table;
    this.ours = ours;
    this.packet = packet;
  }

  /**
   * Follows a packet.
   *
   * @param base the built-in chain it enters
   * @param ours the chain it should come to
   */
  static End of(NatTable table, String base, String ours, Packet packet) {
    return new Walk(table, ours, packet)
        .through(base, Fit.ALL, /* builtIn= */ true)
        .orElseGet(End.Passed::new);
  }

  private Optional<End> through(String chain, Fit before, boolean builtIn) {
    if (!visiting.add(chain)) {
      return Optional.empty();
    }
    try {
      for (Rule rule : table.rules(chain)) {
        Fit fit = rule.conditions().fit(packet);
        if (fit == Fit.NO) {
          continue;
        }
        Optional<End> end = follow(chain, rule, fit.and(before), builtIn);
        if (end.isPresent()) {
          return end;
        }
        if (fit == Fit.ALL && leaves(rule)) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    } finally {
      visiting.remove(chain);
    }
  }

  private Optional<End> follow(String chain, Rule rule, Fit fit, boolean builtIn) {
    String target = rule.target();
    if (target.equals(ours)) {
      return fit == Fit.ALL ? Optional.of(new End.Reached(rule)) : Optional.empty();
    }
    boolean decides = fit.certain() || rule.conditions().name(packet);
    if (DECIDING.contains(target) || (builtIn && target.equals("RETURN"))) {
      return decides ? Optional.of(new End.Captured(chain, rule)) : Optional.empty();
    }
    if (table.chain(target).isEmpty()) {
      return Optional.empty();
    }
    Optional<End> end = through(target, fit, /* builtIn= */ false);
    return end.isEmpty() && rule.goTo() && builtIn && fit.certain()
        ? Optional.of(new End.Captured(chain, rule))
        : end;
  }

  /** Whether rules behind it are not looked at any more. */
  private static boolean leaves(Rule rule) {
    return rule.target().equals("RETURN") || rule.goTo();
  }

  /** Whether all of them come to our chain. */
  static boolean reachesFor(NatTable table, Hook hook) {
    List<Packet> packets = hook.packets();
    return packets.stream()
        .allMatch(packet -> of(table, hook.base(), hook.chain(), packet) instanceof End.Reached);
  }
}
