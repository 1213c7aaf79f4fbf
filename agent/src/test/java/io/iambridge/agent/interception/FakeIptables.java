package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A node's iptables programs, both backends and families, and conntrack. It carries the commands
 * out on tables of its own, answers with the texts and exit statuses of iptables 1.8.9, and can
 * follow a packet as the kernel would.
 */
public final class FakeIptables implements Programs {
  private static final List<String> BUILT_IN =
      List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");
  private static final Set<String> TARGETS =
      Set.of("ACCEPT", "DROP", "RETURN", "DNAT", "REDIRECT", "MARK", "LOG", "MASQUERADE");

  /** A command was refused. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private final Map<String, Map<String, List<FakeRule>>> tables = new TreeMap<>();
  private final Set<String> missing = new HashSet<>();
  private final List<List<String>> commands = new ArrayList<>();
  private Backend plain = Backend.NFT;
  private String mangle = "";
  private Function<List<String>, Optional<Outcome>> disturbance = _ -> Optional.empty();

  /** Everything is installed, nothing is in the tables, {@code iptables} is the nft one. */
  public FakeIptables() {}

  /** What {@code iptables} is. */
  void plainIs(Backend backend) {
    plain = backend;
  }

  /** These programs are not installed. */
  public void missing(String... programs) {
    missing.addAll(List.of(programs));
  }

  /** Kubelet's chain is in the mangle table of this backend. */
  void kubelet(Backend backend, String chain) {
    mangle = backend + ":" + chain;
  }

  /** Is asked before every command and may answer in its place, or change tables meanwhile. */
  public void disturb(Function<List<String>, Optional<Outcome>> by) {
    disturbance = by;
  }

  /** Nobody may do anything, as without CAP_NET_ADMIN. */
  public void withoutPermission() {
    disturb(command ->
        command.contains("--version")
            ? Optional.empty()
            : Optional.of(
                new Outcome.Exited(
                    4,
                    "iptables v1.8.9 (nf_tables): Could not fetch rule set generation id:"
                        + " Permission denied (you must be root)\n")));
  }

  /** Every command that was run, in order. */
  public List<List<String>> commands() {
    return List.copyOf(commands);
  }

  /** The commands that changed a table. */
  List<List<String>> changes() {
    return commands.stream()
        .filter(command -> command.contains("nat"))
        .filter(command -> command.stream().noneMatch(Set.of("-S", "-C")::contains))
        .filter(command -> !command.getFirst().endsWith("-save"))
        .toList();
  }

  /** What conntrack was told to cut, by address. */
  List<String> cuts() {
    return cuts("--orig-dst");
  }

  /** The same of entries that an answer made. */
  List<String> cutsOfAnswers() {
    return cuts("--orig-src");
  }

  private List<String> cuts(String option) {
    return commands.stream()
        .filter(command -> command.getFirst().equals("conntrack") && command.contains("-D"))
        .filter(command -> command.contains(option))
        .map(command -> command.get(command.indexOf(option) + 1))
        .toList();
  }

  void forgetCommands() {
    commands.clear();
  }

  /** A person's command: {@code iptables-nft -t nat -A …}; it has to work. */
  public void type(String line) {
    List<String> command = Words.split(line);
    Outcome outcome = execute(command, _ -> {});
    if (!(outcome instanceof Outcome.Exited(int status, String _) && status == 0)) {
      throw new IllegalArgumentException(line + ": " + outcome);
    }
  }

  /** The rules of a chain as they are printed; empty if there is no such chain. */
  List<String> rules(Backend backend, Family family, String chain) {
    return table(backend, family).getOrDefault(chain, List.of()).stream()
        .map(rule -> rule.print(backend).strip())
        .toList();
  }

  boolean hasChain(Backend backend, Family family, String chain) {
    return table(backend, family).containsKey(chain);
  }

  /**
   * Where a new connection to port 80 of the address ends up: the argument of the DNAT, or the name
   * of what else decided, or the address itself.
   */
  String route(Backend backend, String base, String in, String destination) {
    Family family = Family.of(java.net.InetAddress.ofLiteral(destination));
    return walk(table(backend, family), base, in, destination).orElse(destination);
  }

  private Optional<String> walk(
      Map<String, List<FakeRule>> table, String chain, String in, String destination) {
    for (FakeRule rule : table.getOrDefault(chain, List.of())) {
      if (!rule.matches(in, destination)) {
        continue;
      }
      String target = rule.targetName();
      switch (target) {
        case "DNAT" -> {
          return Optional.of(rule.target().replaceFirst(".*--to-destination ", ""));
        }
        case "RETURN" -> {
          return BUILT_IN.contains(chain) ? Optional.of(destination) : Optional.empty();
        }
        case "ACCEPT" -> {
          return Optional.of(destination);
        }
        case "DROP", "REDIRECT" -> {
          return Optional.of(target);
        }
        default -> {
          Optional<String> end = walk(table, target, in, destination);
          if (end.isPresent() || rule.target().startsWith("-g ")) {
            return end;
          }
        }
      }
    }
    return Optional.empty();
  }

  private Map<String, List<FakeRule>> table(Backend backend, Family family) {
    return tables.computeIfAbsent(
        backend + " " + family,
        _ -> {
          Map<String, List<FakeRule>> table = new LinkedHashMap<>();
          BUILT_IN.forEach(chain -> table.put(chain, new ArrayList<>()));
          return table;
        });
  }

  @Override
  public Outcome run(List<String> command, Consumer<String> output) {
    commands.add(command);
    if (missing.contains(command.getFirst())) {
      return new Outcome.NotRun("No such file or directory");
    }
    return disturbance.apply(command).orElseGet(() -> execute(command, output));
  }

  private Outcome execute(List<String> command, Consumer<String> output) {
    String program = command.getFirst();
    if (program.equals("conntrack")) {
      return command.contains("--version")
          ? new Outcome.Exited(0, "")
          : new Outcome.Exited(
              1, "conntrack v1.4.7 (conntrack-tools): 0 flow entries have been deleted.\n");
    }
    Backend backend =
        program.contains("-nft")
            ? Backend.NFT
            : program.contains("-legacy") ? Backend.LEGACY : plain;
    Family family = program.startsWith("ip6") ? Family.IPV6 : Family.IPV4;
    if (command.contains("--version")) {
      String kind = backend == Backend.NFT ? "nf_tables" : "legacy";
      output.accept(program.replaceFirst("-.*", "") + " v1.8.9 (" + kind + ")");
      return new Outcome.Exited(0, "");
    }
    Map<String, List<FakeRule>> table = table(backend, family);
    if (program.endsWith("-save")) {
      save(backend, table, output);
      return new Outcome.Exited(0, "");
    }
    try {
      int at = command.indexOf("nat") + 1;
      carryOut(backend, family, table, command.subList(at, command.size()), output);
      return new Outcome.Exited(0, "");
    } catch (Refused e) {
      return new Outcome.Exited(e.status, e.getMessage() + "\n");
    }
  }

  private void save(Backend backend, Map<String, List<FakeRule>> table, Consumer<String> output) {
    if (mangle.startsWith(backend.toString())) {
      output.accept("*mangle");
      output.accept(mangle.replaceFirst("^[A-Z]+", "") + " - [0:0]");
      output.accept("COMMIT");
    }
    if (backend == Backend.LEGACY
        && table.values().stream().allMatch(List::isEmpty)
        && table.size() == BUILT_IN.size()) {
      return; // The kernel has no such table yet.
    }
    output.accept("# Generated by iptables-save v1.8.9");
    output.accept("*nat");
    table
        .keySet()
        .forEach(chain ->
            output.accept(":" + chain + (BUILT_IN.contains(chain) ? " ACCEPT" : " -") + " [0:0]"));
    table.forEach((chain, _) -> print(backend, table, chain, output));
    output.accept("COMMIT");
  }

  private static void print(
      Backend backend, Map<String, List<FakeRule>> table, String chain, Consumer<String> output) {
    table
        .getOrDefault(chain, List.of())
        .forEach(rule -> output.accept("-A " + chain + rule.print(backend)));
  }

  private static void carryOut(
      Backend backend,
      Family family,
      Map<String, List<FakeRule>> table,
      List<String> words,
      Consumer<String> output)
      throws Refused {
    String what = words.getFirst();
    String chain = words.size() > 1 ? words.get(1) : "";
    List<String> rest = words.size() > 2 ? words.subList(2, words.size()) : List.of();
    if (what.equals("-N")) {
      if (table.putIfAbsent(chain, new ArrayList<>()) != null) {
        throw new Refused(1, "iptables: Chain already exists.");
      }
      return;
    }
    if (!chain.isEmpty() && !table.containsKey(chain)) {
      throw new Refused(1, "iptables: No chain/target/match by that name.");
    }
    List<FakeRule> rules = table.getOrDefault(chain, List.of());
    switch (what) {
      case "-S" -> {
        for (String name : chain.isEmpty() ? List.copyOf(table.keySet()) : List.of(chain)) {
          output.accept(BUILT_IN.contains(name) ? "-P " + name + " ACCEPT" : "-N " + name);
        }
        for (String name : chain.isEmpty() ? List.copyOf(table.keySet()) : List.of(chain)) {
          print(backend, table, name, output);
        }
      }
      case "-A" -> rules.add(rule(backend, family, table, rest));
      case "-I" -> {
        boolean numbered = rest.getFirst().matches("\\d+");
        int at = numbered ? Integer.parseInt(rest.getFirst()) : 1;
        if (at > rules.size() + 1) {
          throw new Refused(1, "iptables: Index of insertion too big.");
        }
        rules.add(
            at - 1, rule(backend, family, table, numbered ? rest.subList(1, rest.size()) : rest));
      }
      case "-D" -> {
        int at =
            rest.size() == 1 && rest.getFirst().matches("\\d+")
                ? Integer.parseInt(rest.getFirst()) - 1
                : rules.indexOf(rule(backend, family, table, rest));
        if (at < 0 || at >= rules.size()) {
          throw new Refused(1, "iptables: Bad rule (does a matching rule exist in that chain?).");
        }
        rules.remove(at);
      }
      case "-C" -> {
        if (!rules.contains(rule(backend, family, table, rest))) {
          throw new Refused(1, "iptables: Bad rule (does a matching rule exist in that chain?).");
        }
      }
      case "-F" -> {
        if (chain.isEmpty()) {
          table.values().forEach(List::clear);
        } else {
          rules.clear();
        }
      }
      case "-X" -> {
        if (BUILT_IN.contains(chain)) {
          throw new Refused(1, "iptables: Invalid argument. Run `dmesg' for more information.");
        }
        delete(table, chain);
      }
      default -> throw new Refused(2, "iptables: unknown option \"" + what + "\"");
    }
  }

  private static void delete(Map<String, List<FakeRule>> table, String chain) throws Refused {
    boolean used =
        table.values().stream()
            .flatMap(List::stream)
            .anyMatch(rule -> rule.targetName().equals(chain));
    if (used) {
      throw new Refused(1, "iptables: Too many links.");
    }
    if (!table.getOrDefault(chain, List.of()).isEmpty()) {
      throw new Refused(1, "iptables: Directory not empty.");
    }
    table.remove(chain);
  }

  private static FakeRule rule(
      Backend backend, Family family, Map<String, List<FakeRule>> table, List<String> words)
      throws Refused {
    FakeRule rule = FakeRule.parse(backend, family == Family.IPV6, words);
    String destination = rule.conditions().getOrDefault("-d", "");
    if (!destination.isEmpty() && destination.contains(":") != (family == Family.IPV6)) {
      throw new Refused(2, "iptables: host/network `" + destination + "' not found");
    }
    String target = rule.targetName();
    if (!target.isEmpty() && !TARGETS.contains(target) && !table.containsKey(target)) {
      throw new Refused(
          2,
          String.format(
              Locale.ROOT, "iptables v1.8.9 (nf_tables): Chain '%s' does not exist", target));
    }
    return rule;
  }
}
