package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes away everything of ours, whichever backend and family it is in. */
public final class Removal {
  private final Commands commands;

  /** Of the rules these programs show. */
  public Removal(Programs programs) {
    this(new Commands(programs));
  }

  Removal(Commands commands) {
    this.commands = commands;
  }

  /**
   * Removes jumps and chains.
   *
   * @return what was done, one command a line; empty when nothing was there
   * @throws InterceptionException when something of it stays
   */
  public List<String> everything() throws InterceptionException {
    return everything(Variants.find(commands, InterceptionConfig.Mode.AUTO));
  }

  List<String> everything(Variants variants) throws InterceptionException {
    List<String> done = new ArrayList<>();
    Optional<InterceptionException> trouble = Optional.empty();
    for (Variant variant : variants.all()) {
      for (Family family : Family.values()) {
        Iptables iptables = new Iptables(commands, variant, family);
        // The one table that everybody has: without permission, this says so.
        boolean certain = variant.equals(variants.chosen()) && family == Family.IPV4;
        try {
          NatTable table = certain ? iptables.list() : iptables.listIfThere();
          done.addAll(from(iptables, table));
        } catch (InterceptionException e) {
          trouble = trouble.or(() -> Optional.of(e)); // as much as can be removed is
        }
      }
    }
    if (trouble.isPresent()) {
      throw trouble.get();
    }
    return done;
  }

  /** What of ours is in one table. */
  static List<String> from(Iptables iptables, NatTable table) throws InterceptionException {
    List<String> done = new ArrayList<>();
    for (List<String> command : Repair.removal(table)) {
      iptables.change(command);
      done.add(iptables.text(command));
    }
    return done;
  }
}
