package io.iambridge.agent.interception;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps the rules of one family as they have to be. */
final class RuleKeeper {
  /**
   * How often a repair is tried at once. Somebody else may change the table between our look and
   * our change, so that a command fails or comes to nothing.
   */
  static final int ROUNDS = 3;

  private final Iptables iptables;
  private final List<Hook> hooks;

  RuleKeeper(Iptables iptables, Wanted wanted) {
    this.iptables = iptables;
    this.hooks = wanted.hooks();
  }

  /** Whether all is right as far as the chains show that we are in. */
  boolean looksRight() {
    List<String> chains = new ArrayList<>();
    for (Hook hook : hooks) {
      chains.add(hook.base());
      chains.add(hook.chain());
    }
    try {
      NatTable table = iptables.list(chains);
      return !leadsToALeftover(table) && Repair.plan(table, hooks).isEmpty();
    } catch (InterceptionException _) {
      return false; // A chain that is missing is one reason; a thorough look tells.
    }
  }

  /**
   * Whether a rule leads to a chain of ours that is not wanted, and that was not read therefore.
   */
  private static boolean leadsToALeftover(NatTable table) {
    return table.chains().values().stream()
        .flatMap(List::stream)
        .anyMatch(rule ->
            Wanted.OUR_CHAINS.contains(rule.target())
                && !table.chains().containsKey(rule.target()));
  }

  /**
   * Looks at the whole table, and puts right what is wrong.
   *
   * @return what was done, command by command
   * @throws InterceptionException when it could not be put right; some of it may have been
   */
  List<List<String>> putRight() throws InterceptionException {
    List<List<String>> done = new ArrayList<>();
    Optional<InterceptionException> trouble = Optional.empty();
    for (int round = 0; round < ROUNDS; round++) {
      List<List<String>> plan = Repair.plan(iptables.list(), hooks);
      if (plan.isEmpty()) {
        return done;
      }
      trouble = carryOut(plan, done);
    }
    if (Repair.plan(iptables.list(), hooks).isEmpty()) {
      return done;
    }
    throw trouble.orElseGet(
        () -> new InterceptionException("something else changes the rules back at once"));
  }

  private Optional<InterceptionException> carryOut(
      List<List<String>> plan, List<List<String>> done) {
    try {
      for (List<String> command : plan) {
        iptables.change(command);
        done.add(command);
      }
      return Optional.empty();
    } catch (InterceptionException e) {
      return Optional.of(e);
    }
  }
}
