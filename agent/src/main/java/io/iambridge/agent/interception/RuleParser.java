package io.iambridge.agent.interception;

import io.iambridge.agent.interception.Conditions.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the words of one rule. */
final class RuleParser {
  private static final int MAX_PORT = 65_535;

  private final List<String> words;
  private final List<String> others = new ArrayList<>();
  private Optional<Network> destination = Optional.empty();
  private boolean notDestination;
  private InterfacePattern in = InterfacePattern.ANY;
  private String protocol = "";
  private boolean notProtocol;
  private Optional<Ports> port = Optional.empty();
  private String comment = "";
  private int next;

  RuleParser(List<String> words) {
    this.words = words;
  }

  Rule rule() {
    boolean not = false;
    while (next < words.size()) {
      String word = words.get(next);
      next++;
      if (word.equals("!")) {
        not = true;
        continue;
      }
      if (word.equals("-j")
          || word.equals("-g")
          || word.equals("--jump")
          || word.equals("--goto")) {
        return end(argument(), word.equals("-g") || word.equals("--goto"));
      }
      condition(word, not);
      not = false;
    }
    return end("", /* goTo= */ false);
  }

  private Rule end(String target, boolean goTo) {
    Conditions conditions =
        new Conditions(destination, notDestination, in, protocol, notProtocol, port, others);
    return new Rule(words, conditions, comment, target, words.subList(next, words.size()), goTo);
  }

  private void condition(String word, boolean not) {
    switch (word) {
      case "-d", "--destination", "--dst" -> destination(word, argument(), not);
      case "-i", "--in-interface" -> in(word, argument(), not);
      case "-p", "--protocol", "--proto" -> protocol(argument(), not);
      case "--dport", "--destination-port" -> port(word, argument(), not);
      case "--comment" -> comment = argument();
      case "-m", "--match" -> match(word, argument(), not);
      default -> unknown(not, word);
    }
  }

  private String argument() {
    String argument = next < words.size() ? words.get(next) : "";
    next++;
    // What end() takes as the target's options must not begin behind the end.
    next = Math.min(next, words.size());
    return argument;
  }

  private void unknown(boolean not, String... them) {
    if (not) {
      others.add("!");
    }
    others.addAll(List.of(them));
  }

  private void destination(String word, String value, boolean not) {
    Optional<Network> network = Network.parse(value);
    if (network.isEmpty()) {
      unknown(not, word, value);
    }
    destination = network;
    notDestination = not && network.isPresent();
  }

  private void in(String word, String value, boolean not) {
    try {
      in = InterfacePattern.parse(not ? "!" + value : value);
    } catch (IllegalArgumentException _) {
      unknown(not, word, value);
    }
  }

  private void protocol(String value, boolean not) {
    protocol =
        switch (value) {
          case "all", "0" -> "";
          case "6" -> "tcp"; // -S prints numbers where it was told -n
          default -> value;
        };
    notProtocol = not && !protocol.isEmpty();
  }

  private void port(String word, String value, boolean not) {
    Optional<Ports> range = not ? Optional.empty() : ports(value);
    if (range.isEmpty()) {
      unknown(not, word, value);
    }
    port = range;
  }

  private static Optional<Ports> ports(String text) {
    int colon = text.indexOf(':');
    String first = colon < 0 ? text : text.substring(0, colon);
    String last = colon < 0 ? text : text.substring(colon + 1);
    try {
      return Optional.of(
          new Ports(
              first.isEmpty() ? 0 : Integer.parseInt(first),
              last.isEmpty() ? MAX_PORT : Integer.parseInt(last)));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /** {@code -m tcp} says no more than {@code -p tcp}, and {@code -m comment} nothing. */
  private void match(String word, String name, boolean not) {
    if (!name.equals("tcp") && !name.equals("comment")) {
      unknown(not, word, name);
    }
  }
}
