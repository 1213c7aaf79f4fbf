package io.iambridge.agent.interception;

import io.iambridge.agent.interception.InterceptionException.Kind;
import io.iambridge.agent.interception.Programs.Outcome;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Programs that have to do what they are told, or else there is one line that says why not. */
record Commands(Programs programs) {
  private static final List<String> NOT_PERMITTED =
      List.of("Permission denied", "Operation not permitted", "you must be root", "CAP_NET_ADMIN");

  /**
   * Runs it.
   *
   * @throws InterceptionException when it cannot be run, does not end or fails
   */
  void run(List<String> command, Consumer<String> output) throws InterceptionException {
    require(command, programs.run(command, output));
  }

  /** Throws unless it did what it was told. */
  void require(List<String> command, Outcome outcome) throws InterceptionException {
    switch (outcome) {
      case Outcome.Exited(int status, String message) -> {
        if (status != 0) {
          throw failure(command, status, message);
        }
      }
      case Outcome.NotRun(String why) ->
          throw new InterceptionException(
              Kind.LASTING,
              "cannot run the program %s, which has to be in the agent's image: %s"
                  .formatted(command.getFirst(), why));
      case Outcome.Ended(String why) -> throw new InterceptionException(why);
    }
  }

  private static InterceptionException failure(List<String> command, int status, String message) {
    String why = firstLine(message);
    if (NOT_PERMITTED.stream().anyMatch(why::contains)) {
      return new InterceptionException(
          Kind.LASTING,
          ("%s lacks permission; the agent has to run as root with the capabilities NET_ADMIN and"
                  + " NET_RAW: %s")
              .formatted(command.getFirst(), why));
    }
    return new InterceptionException(
        "'%s' failed with exit status %d: %s".formatted(Words.join(command), status, why));
  }

  /** Without the name and version that each program says first. */
  private static String firstLine(String message) {
    return message
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .findFirst()
        .orElse("no reason given")
        .replaceFirst("^[a-z0-9]+(-[a-z]+)?( v[0-9.]+)?( \\([A-Za-z_-]+\\))?: *", "");
  }

  /**
   * Runs it where only its output matters: no such program, or one that fails, has none.
   *
   * @return whether it ran to its end without a failure
   */
  boolean tryRun(List<String> command, Consumer<String> output) {
    return programs.run(command, output) instanceof Outcome.Exited(int status, String _)
        && status == 0;
  }

  static List<String> words(String program, Stream<String> arguments) {
    return Stream.concat(Stream.of(program), arguments).toList();
  }
}
