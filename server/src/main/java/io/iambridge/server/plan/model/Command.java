package io.iambridge.server.plan.model;

import java.util.List;

/**
 * A command line.
 *
 * @param account of AWS whose credentials it needs; empty where it does not matter
 * @param words the program and its arguments, without any quoting
 * @param call what a script does instead: a function of its own and its arguments, which looks
 *     first at what is there; empty where the words will do
 */
public record Command(String account, List<String> words, List<String> call) {
  public Command {
    words = List.copyOf(words);
    call = List.copyOf(call);
  }

  Command(String account, List<String> words) {
    this(account, words, List.of());
  }

  static Command aws(String account, String... words) {
    return new Command(account, List.of(words));
  }

  static Command kubectl(String... words) {
    return new Command("", List.of(words));
  }
}
