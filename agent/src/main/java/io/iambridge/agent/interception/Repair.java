package io.iambridge.agent.interception;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be told iptables so that a nat table becomes what is wanted; nothing when it is.
 *
 * <p>At no moment between two commands is less intercepted than before: what is right is put in
 * first, then what is wrong is taken out.
 */
final class Repair {
  private final NatTable table;
  private final List<List<String>> commands = new ArrayList<>();

  private Repair(NatTable table) {
    this.table = table;
  }

  /**
   * The arguments of each command, in order.
   *
   * @param table what is there; a chain of ours that is missing here is taken for missing
   */
  static List<List<String>> plan(NatTable table, List<Hook> hooks) {
    Repair repair = new Repair(table);
    for (Hook hook : hooks) {
      repair.chain(hook);
      repair.jump(hook);
    }
    List<String> wanted = hooks.stream().map(Hook::chain).toList();
    Wanted.OUR_CHAINS.stream().filter(chain -> !wanted.contains(chain)).forEach(repair::remove);
    return List.copyOf(repair.commands);
  }

  /** What takes every chain of ours away. */
  static List<List<String>> removal(NatTable table) {
    return plan(table, List.of());
  }

  private void chain(Hook hook) {
    if (table.chain(hook.chain()).isEmpty()) {
      command(List.of("-N", hook.chain()));
      hook.rules().forEach(rule -> command(List.of("-A", hook.chain()), rule));
      return;
    }
    List<Rule> there = table.rules(hook.chain());
    if (same(there, hook.rules())) {
      return;
    }
    int place = 0;
    for (Rule rule : hook.rules()) {
      place++;
      command(List.of("-I", hook.chain(), Integer.toString(place)), rule);
    }
    // By number, because an old rule may be equal to a new one. The chain is ours alone.
    for (int i = there.size(); i > 0; i--) {
      command(List.of("-D", hook.chain(), Integer.toString(place + i)));
    }
  }

  private static boolean same(List<Rule> some, List<Rule> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (!some.get(i).sameAs(others.get(i))) {
        return false;
      }
    }
    return true;
  }

  private void jump(Hook hook) {
    List<Rule> jumps =
        table.rules(hook.base()).stream()
            .filter(rule -> rule.target().equals(hook.chain()))
            .toList();
    boolean reached = Walk.reachesFor(table, hook);
    Rule first = reached ? firstGood(jumps, hook) : null;
    if (first != null && jumps.stream().filter(first::deletes).count() == 1) {
      Rule kept = first;
      jumps.stream().filter(rule -> !kept.deletes(rule)).forEach(rule -> delete(hook, rule));
      return;
    }
    // Never by number in a chain that is not ours: somebody else's rule could meanwhile have it.
    Rule kept = firstGood(jumps, hook);
    Rule fresh = kept != null && hook.jump().deletes(kept) ? hook.otherJump() : hook.jump();
    jumps.stream().filter(fresh::deletes).forEach(rule -> delete(hook, rule));
    command(List.of("-I", hook.base(), "1"), fresh);
    jumps.stream().filter(rule -> !fresh.deletes(rule)).forEach(rule -> delete(hook, rule));
  }

  private static @Nullable Rule firstGood(List<Rule> jumps, Hook hook) {
    return jumps.stream().filter(hook.jump()::sameAs).findFirst().orElse(null);
  }

  private void remove(String chain) {
    if (table.chain(chain).isEmpty()) {
      return;
    }
    Map<String, List<Rule>> all = new LinkedHashMap<>(table.chains());
    all.forEach((other, rules) ->
        rules.stream()
            .filter(rule -> rule.target().equals(chain))
            .forEach(rule -> command(List.of("-D", other), rule)));
    command(List.of("-F", chain));
    command(List.of("-X", chain));
  }

  private void delete(Hook hook, Rule rule) {
    command(List.of("-D", hook.base()), rule);
  }

  private void command(List<String> beginning, Rule rule) {
    List<String> words = new ArrayList<>(beginning);
    words.addAll(rule.words());
    commands.add(List.copyOf(words));
  }

  private void command(List<String> words) {
    commands.add(List.copyOf(words));
  }
}
