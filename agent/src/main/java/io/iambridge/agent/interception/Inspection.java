package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.InterceptionConfig.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Tells how the rules are, whoever installed them, without knowing how they should be. */
public final class Inspection {
  private final Commands commands;
  private final NodeInterfaces interfaces;

  /** How it is with one address. */
  public enum State {
    IN_PLACE,
    /** No rule is for it, and that may be meant so: {@code --pod-identity=off}. */
    NOT_INTERCEPTED,
    MISSING,
    /** Another rule comes first. */
    CAPTURED
  }

  /**
   * One address.
   *
   * @param from the interfaces that are intercepted, or where its packets come from
   * @param to where they are sent; empty when they are not
   * @param why what is wrong; empty if nothing is
   */
  public record Line(
      Family family, String address, String from, String to, State state, String why) {}

  /**
   * Everything.
   *
   * @param lines one for each address and origin
   * @param remarks rules of others, and rules of ours where they should not be
   */
  public record Report(String program, List<Line> lines, List<String> remarks) {
    public Report {
      lines = List.copyOf(lines);
      remarks = List.copyOf(remarks);
    }

    /** Whether nothing is missing. */
    public boolean inPlace() {
      return lines.stream()
          .allMatch(line -> line.state == State.IN_PLACE || line.state == State.NOT_INTERCEPTED);
    }
  }

  /** Of this machine. */
  public Inspection(Programs programs) {
    this(programs, NodeInterfaces.SYSTEM);
  }

  Inspection(Programs programs, NodeInterfaces interfaces) {
    this.commands = new Commands(programs);
    this.interfaces = interfaces;
  }

  /**
   * Looks at all tables.
   *
   * @throws InterceptionException when they cannot be read
   */
  public Report look(Mode mode) throws InterceptionException {
    Variants variants = Variants.find(commands, mode);
    Set<Family> families =
        new TreeSet<>(
            HostAddresses.choose(List.of(), InterfacePattern.ANY, interfaces.list()).keySet());
    if (families.isEmpty()) {
      families.add(Family.IPV4);
    }
    List<Line> lines = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    for (Family family : families) {
      Iptables iptables = new Iptables(commands, variants.chosen(), family);
      NatTable table = iptables.list();
      lines.addAll(lines(family, table));
      remarks.addAll(foreign(iptables, table));
      if (variants.other().isPresent()) {
        Iptables other = new Iptables(commands, variants.other().get(), family);
        try {
          NatTable there = other.listIfThere();
          remarks.addAll(foreign(other, there));
          remarks.addAll(ours(other, there));
        } catch (InterceptionException e) {
          remarks.add("cannot be read (%s): %s".formatted(place(other), e.getMessage()));
        }
      }
    }
    return new Report(variants.chosen().program(Family.IPV4), lines, remarks);
  }

  private static List<Line> lines(Family family, NatTable table) {
    MetadataAddresses addresses = MetadataAddresses.of(family);
    InterfacePattern from =
        table.rules("PREROUTING").stream()
            .filter(rule -> rule.target().equals(Wanted.CHAIN))
            .map(rule -> rule.conditions().in())
            .findFirst()
            .orElse(InterfacePattern.ANY);
    List<Line> lines = new ArrayList<>();
    lines.add(line(family, table, "PREROUTING", Wanted.CHAIN, new Packet(addresses.imds(), from)));
    lines.add(
        optional(
            line(
                family,
                table,
                "PREROUTING",
                Wanted.CHAIN,
                new Packet(addresses.podIdentity(), from))));
    if (table.chain(Wanted.HOST_CHAIN).isPresent()) {
      Packet packet = new Packet(addresses.podIdentity(), InterfacePattern.ANY);
      lines.add(line(family, table, "OUTPUT", Wanted.HOST_CHAIN, packet));
    }
    return lines;
  }

  private static Line line(
      Family family, NatTable table, String base, String chain, Packet packet) {
    String address = AddressText.of(packet.destination());
    String from = base.equals("OUTPUT") ? "(node)" : packet.from().toString();
    Optional<String> to = redirectedTo(table, chain, packet);
    return switch (Walk.of(table, base, chain, packet)) {
      case Walk.End.Captured(String where, Rule rule) ->
          new Line(family, address, from, "", State.CAPTURED, "first comes " + rule.in(where));
      case Walk.End.Passed() ->
          new Line(
              family,
              address,
              base.equals("OUTPUT") ? from : "",
              "",
              State.MISSING,
              "no jump from " + base + " to " + chain);
      case Walk.End.Reached(Rule _) ->
          to.map(target -> new Line(family, address, from, target, State.IN_PLACE, ""))
              .orElseGet(
                  () -> new Line(family, address, from, "", State.MISSING, "no rule in " + chain));
    };
  }

  private static Line optional(Line line) {
    return line.state == State.MISSING && line.why.startsWith("no rule in")
        ? new Line(line.family, line.address, line.from, "", State.NOT_INTERCEPTED, "")
        : line;
  }

  private static Optional<String> redirectedTo(NatTable table, String chain, Packet packet) {
    return table.rules(chain).stream()
        .filter(rule -> rule.conditions().fit(packet) == Conditions.Fit.ALL)
        .findFirst()
        .filter(rule -> rule.target().equals("DNAT") && rule.options().size() == 2)
        .map(rule -> rule.options().get(1));
  }

  private static List<String> foreign(Iptables iptables, NatTable table) {
    MetadataAddresses addresses = MetadataAddresses.of(iptables.family());
    Packet imds = new Packet(addresses.imds(), InterfacePattern.ANY);
    Packet podIdentity = new Packet(addresses.podIdentity(), InterfacePattern.ANY);
    List<ForeignRule.Entry> entries =
        List.of(
            new ForeignRule.Entry("PREROUTING", imds),
            new ForeignRule.Entry("PREROUTING", podIdentity),
            new ForeignRule.Entry("OUTPUT", podIdentity));
    return ForeignRule.in(table, entries).stream()
        .map(foreign ->
            "rule of somebody else (%s; %s): %s"
                .formatted(foreign.owner(), place(iptables), foreign.text()))
        .toList();
  }

  private static List<String> ours(Iptables iptables, NatTable table) {
    return Wanted.OUR_CHAINS.stream()
        .filter(chain -> table.chain(chain).isPresent())
        .map(chain -> "chain of ours that is not used (%s): %s".formatted(place(iptables), chain))
        .toList();
  }

  private static String place(Iptables iptables) {
    return Map.of(Family.IPV4, "IPv4", Family.IPV6, "IPv6").get(iptables.family())
        + ", "
        + iptables.backend().name().toLowerCase(Locale.ROOT);
  }
}
