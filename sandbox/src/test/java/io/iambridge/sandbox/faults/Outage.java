package io.iambridge.sandbox.faults;

import io.iambridge.sandbox.faults.Fault.Newcomers;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Both servers killed, for so long that every session falls due meanwhile, and outlives it: STS
 * gives 15 minutes at least, which are renewed after seven and a half. In a cluster of its own,
 * beside everything else.
 */
final class Outage implements Callable<Result> {
  /** For how long; less than ten minutes while something is tried out. */
  private static final Duration LASTS =
      Duration.parse(System.getProperty("iambridge.faults.outage", "PT10M"));

  /** Renewals that fail are tried again once a minute in the end. */
  private static final Duration UNTIL_ALL_RENEWED = Duration.ofSeconds(75);

  static final int SESSIONS = 40;

  @Override
  public Result call() throws Exception {
    try (FaultCluster cluster = FaultCluster.start("outage", "--session-duration=15m");
        Trial trial = Trial.on(cluster, SESSIONS)) {
      return trial.of(fault(cluster), UNTIL_ALL_RENEWED);
    }
  }

  /** Whether it is the real one. */
  static boolean isWhole() {
    return LASTS.compareTo(Duration.ofMinutes(10)) >= 0;
  }

  private static Fault fault(FaultCluster cluster) {
    return new Fault(
        "both servers killed",
        LASTS,
        Newcomers.TOLD_503_UNTIL_THE_END,
        () -> cluster.servers().forEach(ServerProcess::kill),
        () -> comeBack(cluster));
  }

  private static void comeBack(FaultCluster cluster) throws IOException {
    for (ServerProcess server : cluster.servers()) {
      server.start();
    }
    cluster.servers().forEach(ServerProcess::awaitReady);
  }
}
