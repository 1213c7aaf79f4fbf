package io.iambridge.server.cli;

import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Rehearsed;
import io.iambridge.server.rehearsal.Trial;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** What {@code migration rehearse} does once it knows with what. */
public final class RehearseRun {
  private final Rehearsals rehearsals;
  private final PrintWriter out;
  private final PrintWriter err;

  /** With what tries, and where to tell. */
  public RehearseRun(Rehearsals rehearsals, PrintWriter out, PrintWriter err) {
    this.rehearsals = rehearsals;
    this.out = out;
    this.err = err;
  }

  /** Tries all of the namespaces, one after another, and returns the exit status. */
  public int run(List<String> namespaces, Optional<Target> target, Output output) {
    List<Trial> trials = new ArrayList<>();
    boolean complete = true;
    for (String namespace : namespaces) {
      Optional<List<Trial>> its = rehearsals.trials(namespace, target);
      its.ifPresent(trials::addAll);
      if (its.isEmpty()) {
        err.println(namespace + ": there is no such namespace");
        complete = false;
      } else if (its.get().isEmpty()) {
        err.println(
            namespace + ": nothing to try: no pod has a role there, and none has called lately");
        complete = false;
      }
    }
    err.flush();
    AtomicInteger made = new AtomicInteger();
    List<Rehearsed> results = new ArrayList<>();
    try (Progress _ =
        Progress.start(err, () -> "Tried %d of %d …".formatted(made.get(), trials.size()))) {
      for (Trial trial : trials) {
        results.add(rehearsals.make(trial));
        made.incrementAndGet();
      }
    }
    if (!results.isEmpty() || output == Output.JSON) {
      new RehearsalView(Terminals.screen(out)).show(results, output);
    }
    return complete && results.stream().allMatch(Rehearsed::isReady)
        ? ExitStatus.READY
        : ExitStatus.NOT_READY;
  }
}
