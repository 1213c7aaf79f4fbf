package io.iambridge.server.plan.model;

import java.util.List;

/**
 * A command line.
 *
 * @param account of AWS whose credentials it needs; empty where it does not matter
 * @param words the program and its arguments, without any quoting
 */
public record Command(String account, List<String> words) {
  public Command {
    words = List.copyOf(words);
  }

  static Command aws(String account, String... words) {
    return new Command(account, List.of(words));
  }

  static Command kubectl(String... words) {
    return new Command("", List.of(words));
  }
}
