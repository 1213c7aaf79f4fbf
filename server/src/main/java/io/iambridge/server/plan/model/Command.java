package io.iambridge.server.plan.model;

import java.util.List;
import java.util.Optional;

/**
 * A command line.
 *
 * @param account of AWS whose credentials it needs; empty where it does not matter
 * @param words the program and its arguments, without any quoting
 * @param trust the change of a trust policy that it makes, which is only right when nobody else has
 *     changed it since
 */
public record Command(String account, List<String> words, Optional<TrustChange> trust) {
  /**
   * A change of a trust policy. Files are named from the namespace's folder.
   *
   * @param role its name
   * @param before the file with what it has to be now
   * @param after the file with what it is to be
   */
  public record TrustChange(String role, String before, String after) {}

  public Command {
    words = List.copyOf(words);
  }

  Command(String account, List<String> words) {
    this(account, words, Optional.empty());
  }

  static Command aws(String account, String... words) {
    return new Command(account, List.of(words));
  }

  static Command kubectl(String... words) {
    return new Command("", List.of(words));
  }
}
