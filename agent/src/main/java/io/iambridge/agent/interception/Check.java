package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.InterceptionException.Kind;
import io.iambridge.agent.interception.NodeInterfaces.NodeInterface;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at all rules after the other: each puts right what is wrong, then cuts connections that
 * are older than what was put right. One thread.
 */
final class Check {
  private static final Logger LOG = LoggerFactory.getLogger(Check.class);

  /** A packet in flight can undo the first, see {@link Conntrack}; it is not in flight for 10 s. */
  private static final int CUTS = 2;

  private final Commands commands;
  private final Variants variants;
  private final InterceptionConfig config;
  private final InterfacePattern podSide;
  private final int port;
  private final NodeInterfaces interfaces;
  private final Conntrack conntrack;
  private final ForeignRules foreign;

  /** Of each family the node has. It may get IPv6 later. */
  private final Map<Family, Wanted> wanted = new EnumMap<>(Family.class);

  /** Why the other backend's tables cannot be read. */
  private final Map<Family, String> unreadable = new EnumMap<>(Family.class);

  /**
   * In how many looks connections are still to be cut. From the start, because an agent before this
   * one may have got no further than the rules.
   */
  private int cuts = CUTS;

  /**
   * What a look brought.
   *
   * @param families those that are intercepted
   * @param problems why one is not as it should be
   * @param done the commands that were needed
   * @param foreignRules how many rules of others there are; -1 if not looked for
   */
  record Result(
      Set<Family> families,
      Map<Family, InterceptionException> problems,
      List<String> done,
      int foreignRules) {}

  Check(
      Commands commands,
      Variants variants,
      InterceptionConfig config,
      InterfacePattern podSide,
      int port,
      NodeInterfaces interfaces) {
    this.commands = commands;
    this.variants = variants;
    this.config = config;
    this.podSide = podSide;
    this.port = port;
    this.interfaces = interfaces;
    this.conntrack = new Conntrack(commands);
    this.foreign = new ForeignRules(config.takeover());
  }

  /**
   * Looks.
   *
   * @param thorough whether at the whole tables of both backends, and not only at the chains we are
   *     in
   */
  Result run(boolean thorough) {
    chooseHosts();
    Map<Family, InterceptionException> problems = new EnumMap<>(Family.class);
    List<String> done = new ArrayList<>();
    attempt(problems, (family, rules) -> done.addAll(putRight(family, rules, thorough)));
    if (cuts > 0) {
      cuts--;
      attempt(problems, (_, rules) -> cut(rules));
    }
    if (!problems.isEmpty()) { // those of others' rules come below
      cuts = CUTS;
    }
    int others = -1;
    if (thorough) {
      attempt(problems, this::others);
      others = foreign.count();
    }
    return new Result(Set.copyOf(wanted.keySet()), problems, done, others);
  }

  Map<Family, Wanted> wanted() {
    return wanted;
  }

  private void chooseHosts() {
    List<NodeInterface> there;
    try {
      there = interfaces.list();
    } catch (UncheckedIOException e) {
      if (wanted.isEmpty()) {
        throw e;
      }
      // Pods' interfaces come and go while they are listed. What is known is still looked at.
      LOG.atDebug().setCause(e).log("Cannot list the interfaces");
      return;
    }
    Map<Family, InetAddress> hosts = HostAddresses.choose(config.hosts(), podSide, there);
    hosts.forEach((family, host) -> {
      Wanted before = wanted.get(family);
      if (before == null) {
        wanted.put(family, wanted(host));
      } else if (isGone(before.host(), there)) {
        LOG.atInfo()
            .addKeyValue("from", before.host().getHostAddress())
            .addKeyValue("to", host.getHostAddress())
            .log("The node no longer has the address that pods are sent to");
        wanted.put(family, wanted(host));
      }
    });
  }

  /** One that was found and not given: temporary IPv6 and DHCP addresses do not stay for ever. */
  private boolean isGone(InetAddress host, List<NodeInterface> there) {
    return !config.hosts().contains(host)
        && there.stream().noneMatch(each -> each.addresses().contains(host));
  }

  private Wanted wanted(InetAddress host) {
    return new Wanted(
        host, port, podSide, config.podIdentity(), config.podIdentityForHostNetwork());
  }

  @FunctionalInterface
  private interface Step {
    void take(Family family, Wanted rules) throws InterceptionException;
  }

  /** For each family by itself: one that has a problem takes no further step in this look. */
  private void attempt(Map<Family, InterceptionException> problems, Step step) {
    wanted.forEach((family, rules) -> {
      if (!problems.containsKey(family)) {
        try {
          step.take(family, rules);
        } catch (InterceptionException e) {
          problems.put(family, e);
        }
      }
    });
  }

  private List<String> putRight(Family family, Wanted rules, boolean thorough)
      throws InterceptionException {
    Iptables iptables = new Iptables(commands, variants.chosen(), family);
    RuleKeeper keeper = new RuleKeeper(iptables, rules);
    if (!thorough && keeper.looksRight()) {
      return List.of();
    }
    List<List<String>> done = keeper.putRight();
    if (!done.isEmpty()) {
      cuts = CUTS;
    }
    return done.stream().map(iptables::text).toList();
  }

  private void cut(Wanted rules) throws InterceptionException {
    for (InetAddress destination : rules.destinations()) {
      conntrack.cut(destination);
    }
  }

  /** Rules of others in both backends, and rules of ours in the one that is not used any more. */
  private void others(Family family, Wanted rules) throws InterceptionException {
    List<ForeignRule.Entry> entries = ForeignRule.entries(rules.hooks());
    Iptables mine = new Iptables(commands, variants.chosen(), family);
    foreign.look(mine, mine.list(), entries);
    if (variants.other().isEmpty()) {
      return;
    }
    Iptables other = new Iptables(commands, variants.other().get(), family);
    NatTable table = listIfReadable(other);
    List<String> removed = Removal.from(other, table);
    if (!removed.isEmpty()) {
      LOG.atInfo().addKeyValue("commands", removed).log("Old rules of ours are removed");
    }
    boolean changed = foreign.look(other, table, entries) || !removed.isEmpty();
    requireNoneBeforeOurs(changed ? listIfReadable(other) : table, rules.hooks());
  }

  /** A backend that nobody uses may not even be readable; ours is in order all the same. */
  private NatTable listIfReadable(Iptables other) {
    try {
      NatTable table = other.listIfThere();
      unreadable.remove(other.family());
      return table;
    } catch (InterceptionException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(unreadable.put(other.family(), why))) {
        LOG.atWarn()
            .addKeyValue("why", why)
            .log("The other iptables backend cannot be searched for rules of somebody else");
      }
      return NatTable.EMPTY;
    }
  }

  /** The kernel asks that backend first whose hook it got first, and one answer is enough. */
  private void requireNoneBeforeOurs(NatTable other, List<Hook> hooks)
      throws InterceptionException {
    List<ForeignRule> foreigners = ForeignRule.in(other, ForeignRule.entries(hooks));
    for (Hook hook : hooks) {
      for (Packet packet : hook.packets()) {
        if (Walk.of(other, hook.base(), hook.chain(), packet)
                instanceof Walk.End.Captured(String chain, Rule rule)
            && ForeignRule.redirects(rule)) {
          boolean takeoverHelps =
              !config.takeover() && foreigners.contains(new ForeignRule(chain, rule, true));
          throw new InterceptionException(
              Kind.CAPTURED,
              "a rule of somebody else in the other backend (%s) may come before ours: %s; %s"
                  .formatted(
                      variants.chosen().backend() == Backend.NFT ? "legacy" : "nft",
                      rule.in(chain),
                      takeoverHelps
                          ? "--iptables-takeover deletes it"
                          : "it has to be removed by hand"));
        }
      }
    }
  }
}
