package io.iambridge.sandbox.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds out what of a failing history makes it fail: takes parts away, first large ones and then
 * single steps, for as long as it does (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", without the complements).
 */
final class Shrinker {
  private static final int MOST_RUNS = 5_000;

  private Shrinker() {}

  static List<Operation> shrink(List<Operation> failing, Run.Runner runner) {
    List<Operation> least = List.copyOf(failing.subList(0, runner.run(failing).steps()));
    int runs = 0;
    int size = Math.max(1, least.size() / 2);
    while (runs < MOST_RUNS) {
      boolean smaller = false;
      int from = 0;
      while (from < least.size() && runs < MOST_RUNS) {
        List<Operation> rest = without(least, from, size);
        Run run = runner.run(rest);
        runs++;
        if (run.failure() == null) {
          from += size;
        } else {
          least = List.copyOf(rest.subList(0, run.steps()));
          smaller = true;
        }
      }
      if (size == 1 && !smaller) {
        break;
      }
      size = Math.max(1, size / 2);
    }
    return least;
  }

  private static List<Operation> without(List<Operation> operations, int from, int size) {
    List<Operation> rest = new ArrayList<>(operations.subList(0, from));
    rest.addAll(operations.subList(Math.min(from + size, operations.size()), operations.size()));
    return rest;
  }
}
