package io.iambridge.agent.interception;

import java.util.List;

/**
 * One rule. Two texts of the same rule, ours and the one that iptables prints back, are {@link
 * #sameAs} each other: order, {@code -m tcp}, {@code /32} and the comment make no difference.
 *
 * @param words as written or printed, without {@code -A} and the chain
 * @param conditions which packets it is for
 * @param comment its comment, or empty
 * @param target what happens to them: a chain or what iptables calls a target; empty for nothing
 * @param options of the target
 * @param goTo whether the chain does not return here
 */
record Rule(
    List<String> words,
    Conditions conditions,
    String comment,
    String target,
    List<String> options,
    boolean goTo) {

  Rule {
    words = List.copyOf(words);
    options = List.copyOf(options);
  }

  /** Reads a rule; what it does not know it keeps as a condition. */
  static Rule of(List<String> words) {
    return new RuleParser(words).rule();
  }

  boolean sameAs(Rule that) {
    return conditions.sameAs(that.conditions)
        && target.equals(that.target)
        && options.equals(that.options)
        && goTo == that.goTo;
  }

  /** Whether {@code iptables -D} of the one would delete the other. */
  boolean deletes(Rule that) {
    return sameAs(that) && comment.equals(that.comment);
  }

  /** As {@code iptables -S} would show it. */
  String in(String chain) {
    return "-A " + chain + " " + Words.join(words);
  }
}
