package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches for rules of others that redirect the metadata addresses, and tells of each once. */
final class ForeignRules {
  private static final Logger LOG = LoggerFactory.getLogger(ForeignRules.class);

  private final boolean takeover;
  private Set<Found> known = Set.of();
  private Set<Found> seen = new HashSet<>();

  /** One, and where it is. */
  private record Found(Backend backend, Family family, ForeignRule foreign) {}

  /**
   * Knows none.
   *
   * @param takeover whether they are deleted
   */
  ForeignRules(boolean takeover) {
    this.takeover = takeover;
  }

  /**
   * Looks through a table; the ones that stay are counted by {@link #count}.
   *
   * @return whether any was deleted
   */
  boolean look(Iptables iptables, NatTable table, List<ForeignRule.Entry> entries)
      throws InterceptionException {
    boolean deleted = false;
    for (ForeignRule foreign : ForeignRule.in(table, entries)) {
      Found found = new Found(iptables.backend(), iptables.family(), foreign);
      if (takeover && foreign.deletable()) {
        iptables.change(foreign.deletion());
        deleted = true;
        log(found, "A rule of somebody else was deleted (--iptables-takeover)");
      } else {
        seen.add(found);
        if (!known.contains(found)) {
          log(
              found,
              "A rule of somebody else redirects the metadata service's address;"
                  + (foreign.deletable()
                      ? " --iptables-takeover deletes it"
                      : " it may be for the node's own processes too and is not deleted"));
        }
      }
    }
    return deleted;
  }

  /** Ends a round: how many were found in it. */
  int count() {
    known.stream()
        .filter(found -> !seen.contains(found))
        .forEach(found -> log(found, "A rule of somebody else is gone"));
    known = Set.copyOf(seen);
    seen = new HashSet<>();
    return known.size();
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void log(Found found, String message) {
    LOG.atWarn()
        .addKeyValue("owner", found.foreign.owner())
        .addKeyValue("rule", found.foreign.text())
        .addKeyValue("family", label(found.family))
        .addKeyValue("backend", label(found.backend))
        .log(message);
  }
}
