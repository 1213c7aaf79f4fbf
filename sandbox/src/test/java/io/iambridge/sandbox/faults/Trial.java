package io.iambridge.sandbox.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionTimeoutException;

/** A cluster under steady traffic, on which one fault after the other is tried. */
final class Trial implements AutoCloseable {
  /** Callers for each session, so that sessions are shared, as they are. */
  private static final int CALLERS_OF_A_SESSION = 2;

  private static final int NEWCOMERS = 3;

  /** Longer than anything takes to come back, shorter than anybody's patience. */
  private static final Duration MOST_UNTIL_SERVED = Duration.ofMinutes(3);

  private final FaultCluster cluster;
  private final List<String> roles = new ArrayList<>();
  private final Traffic traffic;
  private int trials;

  private Trial(FaultCluster cluster, int sessions) {
    this.cluster = cluster;
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      roles.add(cluster.role("steady-" + i));
    }
    for (int i = 0; i < sessions * CALLERS_OF_A_SESSION; i++) {
      callers.add(cluster.pod("steady-" + i, "steady-" + i % sessions, i));
    }
    for (Caller caller : callers) {
      await()
          .atMost(FaultCluster.PATIENCE)
          .until(() -> caller.ask(/* patient= */ () -> true).good());
      int _ = caller.takeAskedAgain();
    }
    this.traffic = Traffic.of(callers);
  }

  /** Creates the callers, and waits until each has been served. */
  static Trial on(FaultCluster cluster, int sessions) {
    return new Trial(cluster, sessions);
  }

  /** The ARNs of the roles that are served already. */
  List<String> roles() {
    return List.copyOf(roles);
  }

  /** The name of the role of the newcomers' first, in the next trial. */
  String nextRole() {
    return "newcomer-" + trials + "-0";
  }

  /**
   * Tries a fault.
   *
   * @param watch for how long to look on when it is over
   */
  Result of(Fault fault, Duration watch) throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < NEWCOMERS; i++) {
      names.add("newcomer-" + trials + "-" + i);
      cluster.role(names.getLast());
    }
    Tally tally = traffic.countAnew(fault.agentRestarts());
    Instant start = cluster.clock().instant();
    fault.begin().run();
    List<Newcomer> newcomers = new ArrayList<>();
    try {
      for (String name : names) {
        // Those that STS denies a role share it.
        String role = fault.refusal() == 403 ? names.getFirst() : name;
        newcomers.add(Newcomer.start(cluster.pod(name, role, newcomers.size()), cluster.clock()));
      }
      waitUntil(start.plus(fault.lasts()));
      StsLoad during = load(start);
      Instant over = cluster.clock().instant();
      fault.end().run();
      Instant end = cluster.clock().instant();
      awaitServed(newcomers);
      waitUntil(end.plus(watch));
      traffic.countAnew(/* patientNow= */ false);
      return new Result(
          fault,
          Duration.between(start, end),
          tally,
          told(newcomers, names),
          NEWCOMERS,
          servedBefore(newcomers, over),
          servedAfter(newcomers, end),
          during,
          load(end),
          Duration.between(end, cluster.clock().instant()),
          roles.size());
    } finally {
      trials++;
      for (Newcomer newcomer : newcomers) {
        newcomer.close();
      }
      names.forEach(cluster::deletePod);
    }
  }

  private void waitUntil(Instant then) {
    for (Duration left = left(then); left.isPositive(); left = left(then)) {
      LockSupport.parkNanos(left.toNanos());
    }
  }

  private Duration left(Instant then) {
    return Duration.between(cluster.clock().instant(), then);
  }

  private static void awaitServed(List<Newcomer> newcomers) {
    try {
      await()
          .atMost(MOST_UNTIL_SERVED)
          .until(() -> newcomers.stream().allMatch(newcomer -> newcomer.served().isPresent()));
    } catch (ConditionTimeoutException e) {
      // That is a result too.
    }
  }

  private StsLoad load(Instant since) {
    return StsLoad.of(cluster.sandbox().sts().calls().assumeRoleSince(since));
  }

  private static int servedBefore(List<Newcomer> newcomers, Instant end) {
    return (int)
        newcomers.stream()
            .filter(newcomer -> newcomer.served().filter(end::isAfter).isPresent())
            .count();
  }

  private static Optional<Duration> servedAfter(List<Newcomer> newcomers, Instant end) {
    List<Instant> served = newcomers.stream().flatMap(one -> one.served().stream()).toList();
    return served.size() < newcomers.size()
        ? Optional.empty()
        : served.stream()
            .max(Comparator.naturalOrder())
            .map(last -> last.isBefore(end) ? Duration.ZERO : Duration.between(end, last));
  }

  /** In words that do not name the trial's own roles. */
  private static Map<String, Integer> told(List<Newcomer> newcomers, List<String> names) {
    Map<String, Integer> all = new TreeMap<>();
    for (Newcomer newcomer : newcomers) {
      newcomer
          .told()
          .forEach((text, times) -> {
            String general = text;
            for (String name : names) {
              general = general.replace(name, "NAME");
            }
            all.merge(general, times, Integer::sum);
          });
    }
    return all;
  }

  @Override
  public void close() {
    traffic.close();
  }
}
