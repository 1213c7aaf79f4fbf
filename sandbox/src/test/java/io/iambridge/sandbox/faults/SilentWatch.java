package io.iambridge.sandbox.faults;

import io.iambridge.sandbox.faults.Fault.Newcomers;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * The servers' watches die without a word: the network forgets their connections, and new ones
 * work. Nothing but their silence tells, so it takes minutes, in a cluster of its own beside
 * everything else.
 */
final class SilentWatch implements Callable<Result> {
  /** The second bookmark is missed after two and a half minutes; then all is listed anew. */
  private static final Duration UNTIL_NOTICED = Duration.ofSeconds(190);

  private static final Duration WATCH = Duration.ofSeconds(12);
  private static final int SESSIONS = 8;

  @Override
  public Result call() throws Exception {
    try (FaultCluster cluster = FaultCluster.start("silent");
        Trial trial = Trial.on(cluster, SESSIONS)) {
      Fault fault =
          new Fault(
              "watches dead without RST",
              UNTIL_NOTICED,
              Newcomers.SERVED_DURING,
              () -> cluster.kubernetes().silence(),
              () -> cluster.kubernetes().cut());
      return trial.of(fault, WATCH);
    }
  }
}
