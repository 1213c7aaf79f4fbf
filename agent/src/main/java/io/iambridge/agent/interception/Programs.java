package io.iambridge.agent.interception;

import java.util.List;
import java.util.function.Consumer;

/** Runs programs of the node. */
@FunctionalInterface
public interface Programs {
  /** Processes of this machine, each killed when it takes too long. */
  static Programs ofThisMachine() {
    return new ProgramRunner(ProgramRunner.DEADLINE);
  }

  /** What came of a program. */
  sealed interface Outcome {
    /**
     * It ran to its end.
     *
     * @param message the beginning of what it wrote to its standard error
     */
    record Exited(int status, String message) implements Outcome {}

    /** There is no such program, or it may not be run. */
    record NotRun(String why) implements Outcome {}

    /** It did not end in time and was ended, or this thread was interrupted. */
    record Ended(String why) implements Outcome {}
  }

  /**
   * Runs a program, without a shell, and waits for its end; not for ever.
   *
   * @param command the program's name, looked up in PATH, and its arguments
   * @param output gets the lines of its standard output, in another thread, all before this returns
   */
  Outcome run(List<String> command, Consumer<String> output);
}
