package io.iambridge.sandbox.model;

import io.iambridge.agent.imds.SessionTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A history that was run.
 *
 * @param steps how many of its steps were taken
 * @param failure what ended it
 */
record Run(History history, int steps, @Nullable Throwable failure) {

  /** Runs histories, all with one flaw or none. */
  record Runner(SessionTokens tokens, Flaw flaw) {
    Run run(List<Operation> operations) {
      return run(operations, Tracing.NONE);
    }

    @SuppressWarnings("CatchingUnchecked") // whatever the product throws is a finding
    private Run run(List<Operation> operations, Tracing tracing) {
      History history = new History(tokens, flaw, tracing);
      int steps = 0;
      try {
        for (Operation operation : operations) {
          steps++;
          history.step(operation);
        }
        return new Run(history, steps, null);
      } catch (RuntimeException | Error e) {
        return new Run(history, steps, e);
      }
    }

    /** What a failing history comes down to, in words. */
    List<String> explain(List<Operation> failing) {
      List<String> lines = new ArrayList<>();
      List<Operation> least = Shrinker.shrink(failing, this);
      Run run = run(least, (text, values) -> lines.add(text.formatted(values)));
      lines.add("As operations: " + least);
      lines.add(String.format(Locale.ROOT, "=> %s", run.failure()));
      return lines;
    }
  }
}
