package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.interception.Programs.Outcome;
import java.util.List;
import java.util.stream.Stream;

/** The nat table of one family in one backend, read and changed by its program. */
final class Iptables {
  /**
   * Seconds to wait for the lock that all users of xtables share. The nft programs need none and
   * accept it.
   */
  private static final String LOCK_WAIT = "5";

  /**
   * How the programs say that the kernel has no such table or family (iptables 1.8: iptc_strerror,
   * nft_init, strerror).
   */
  private static final List<String> NO_TABLE =
      List.of(
          "do you need to insmod",
          "Protocol not supported",
          "Address family not supported",
          "No such file or directory",
          "generation id: Invalid argument",
          "generation id: Operation not supported");

  private final Commands commands;
  private final Variant variant;
  private final Family family;

  Iptables(Commands commands, Variant variant, Family family) {
    this.commands = commands;
    this.variant = variant;
    this.family = family;
  }

  Family family() {
    return family;
  }

  Backend backend() {
    return variant.backend();
  }

  /** The table. */
  NatTable list() throws InterceptionException {
    NatTable.Reader reader = new NatTable.Reader();
    commands.run(command(Stream.of("-S")), reader);
    return table(reader);
  }

  /**
   * These chains alone: where kube-proxy has thousands of rules this is much less work.
   *
   * @throws InterceptionException also when one of them does not exist
   */
  NatTable list(List<String> chains) throws InterceptionException {
    NatTable.Reader reader = new NatTable.Reader();
    for (String chain : chains) {
      commands.run(command(Stream.of("-S", chain)), reader);
    }
    return table(reader);
  }

  /**
   * The table, if there is one. Reading with {@link #list()} makes the kernel create a legacy table
   * that nobody has, and then every packet of the node goes through it; iptables-legacy-save
   * without a table's name shows only those that exist.
   *
   * @throws InterceptionException when there may be one and it cannot be read
   */
  NatTable listIfThere() throws InterceptionException {
    NatTable.Reader reader = new NatTable.Reader();
    Stream<String> arguments = backend() == Backend.LEGACY ? Stream.of() : Stream.of("-t", "nat");
    List<String> command = Commands.words(variant.saveProgram(family), arguments);
    Outcome outcome = commands.programs().run(command, reader);
    if (outcome instanceof Outcome.NotRun) {
      return NatTable.EMPTY;
    }
    if (outcome instanceof Outcome.Exited(int status, String message)
        && status != 0
        && NO_TABLE.stream().anyMatch(message::contains)) {
      return NatTable.EMPTY;
    }
    commands.require(command, outcome);
    return table(reader);
  }

  private NatTable table(NatTable.Reader reader) throws InterceptionException {
    if (reader.overflown()) {
      throw new InterceptionException(
          "%s: the nat table has more than %d rules for the metadata addresses"
              .formatted(variant.program(family), NatTable.Reader.MAX_RULES));
    }
    return reader.table();
  }

  /** Carries out one change. */
  void change(List<String> arguments) throws InterceptionException {
    commands.run(command(arguments.stream()), _ -> {});
  }

  /** A change, as a person would type it. */
  String text(List<String> arguments) {
    return Words.join(
        Commands.words(
            variant.program(family), Stream.concat(Stream.of("-t", "nat"), arguments.stream())));
  }

  private List<String> command(Stream<String> arguments) {
    return Commands.words(
        variant.program(family), Stream.concat(Stream.of("-w", LOCK_WAIT, "-t", "nat"), arguments));
  }
}
