package io.iambridge.sandbox.model;

import io.iambridge.agent.imds.SessionTokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what of a failing history makes it fail: takes parts away for as long as it does. */
final class Shrinker {
  private static final int MOST_RUNS = 5_000;

  record Run(History history, @Nullable Throwable failure, int steps) {}

  private Shrinker() {}

  static Run run(List<Operation> operations, SessionTokens tokens, Tracing tracing) {
    History history = new History(tokens, tracing);
    int step = 0;
    try {
      for (Operation operation : operations) {
        step++;
        history.step(operation);
      }
      return new Run(history, null, step);
    } catch (RuntimeException | AssertionError e) {
      return new Run(history, e, step);
    }
  }

  static List<Operation> shrink(List<Operation> failing, SessionTokens tokens) {
    Run first = run(failing, tokens, Tracing.NONE);
    List<Operation> least = List.copyOf(failing.subList(0, first.steps()));
    int runs = 0;
    int chunk = Math.max(1, least.size() / 2);
    while (runs < MOST_RUNS) {
      boolean smaller = false;
      for (int from = 0; from < least.size() && runs < MOST_RUNS; ) {
        List<Operation> without = new ArrayList<>(least.subList(0, from));
        without.addAll(least.subList(Math.min(from + chunk, least.size()), least.size()));
        runs++;
        Run run = run(without, tokens, Tracing.NONE);
        if (run.failure() != null) {
          least = List.copyOf(without.subList(0, run.steps()));
          smaller = true;
        } else {
          from += chunk;
        }
      }
      if (chunk == 1 && !smaller) {
        break;
      }
      chunk = Math.max(1, chunk / 2);
    }
    return least;
  }
}
