package io.iambridge.agent.interception;

import java.util.List;

/**
 * A chain of ours and how packets come to it.
 *
 * @param base the built-in chain that jumps to it
 * @param chain its name
 * @param packets what has to come to it
 * @param rules what has to be in it, in this order and nothing else
 * @param jump the rule of the built-in chain
 * @param otherJump the same rule with another comment. {@code iptables -D} deletes the first rule
 *     that is equal, so a jump can be moved to the front without a moment without one only if the
 *     new one differs from the old one.
 */
record Hook(
    String base, String chain, List<Packet> packets, List<Rule> rules, Rule jump, Rule otherJump) {

  Hook {
    packets = List.copyOf(packets);
    rules = List.copyOf(rules);
  }
}
