package io.iambridge.server.cli;

import java.io.PrintWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Says on the standard error what is going on, when it takes more than a second. */
public final class Progress implements AutoCloseable {
  private static final long PERIOD_SECONDS = 1;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("progress").factory());

  private Progress() {}

  /**
   * Begins.
   *
   * @param what is going on, now; the same is not said twice
   */
  public static Progress start(PrintWriter err, Supplier<String> what) {
    Progress progress = new Progress();
    String[] said = {""};
    var _ =
        progress.timer.scheduleAtFixedRate(
            () -> {
              String now = what.get();
              if (!now.equals(said[0])) {
                said[0] = now;
                err.println(now);
                err.flush();
              }
            },
            PERIOD_SECONDS,
            PERIOD_SECONDS,
            TimeUnit.SECONDS);
    return progress;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
