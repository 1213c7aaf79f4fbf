package io.iambridge.sandbox.faults;

import io.iambridge.sandbox.faults.Fault.Newcomers;
import io.iambridge.sandbox.sts.Faults;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** The faults that are tried one after the other. */
final class EveryFault {
  /** Half of the sessions, which live for a minute, fall due meanwhile. */
  private static final Duration A_WHILE = Duration.ofSeconds(15);

  /** A connection is found dead by keepalive, 10 s and an answer's time after the last packet. */
  private static final Duration UNTIL_DEAD = Duration.ofSeconds(20);

  private static final Duration VERY_LATE = Duration.ofSeconds(8);
  private static final Duration CLOCK_OFF = Duration.ofMinutes(10);

  /** The programs look at their files every ten seconds. */
  private static final Duration UNTIL_READ = Duration.ofSeconds(11);

  private static final String[] FIVE_PERCENT = {
    "-m", "statistic", "--mode", "random", "--probability", "0.05"
  };

  private final FaultCluster cluster;
  private final Trial trial;
  private final LabHost host;
  private final Path directory;

  EveryFault(FaultCluster cluster, Trial trial, LabHost host, Path directory) {
    this.cluster = cluster;
    this.trial = trial;
    this.host = host;
    this.directory = directory;
  }

  List<Fault> all() {
    List<Fault> faults = new ArrayList<>(sts());
    faults.addAll(programs());
    faults.addAll(network());
    faults.addAll(kubernetes());
    return faults;
  }

  private List<Fault> sts() {
    Faults sts = cluster.sandbox().sts().faults();
    return List.of(
        sts(
            "STS answers after 2 s",
            Newcomers.SERVED_DURING,
            () -> sts.delay(Duration.ofSeconds(2))),
        sts(
            "STS throttles everything",
            Newcomers.TOLD_503_UNTIL_THE_END,
            () -> sts.throttleNext(Integer.MAX_VALUE)),
        sts(
            "STS answers 500",
            Newcomers.TOLD_503_UNTIL_THE_END,
            () -> sts.failNext(Integer.MAX_VALUE)),
        new Fault(
            "STS refuses connections",
            A_WHILE,
            Newcomers.TOLD_503_UNTIL_THE_END,
            () -> cluster.sandbox().sts().goDown(),
            () -> cluster.sandbox().sts().comeBack()),
        sts("STS hangs", Newcomers.TOLD_503_UNTIL_THE_END, sts::hang),
        sts(
            "STS denies the new callers' role, and one that is in use",
            Newcomers.TOLD_403_UNTIL_THE_END,
            () -> {
              sts.denyRole(trial.roles().getFirst());
              sts.denyRole(cluster.role(trial.nextRole()));
            }));
  }

  private Fault sts(String name, Newcomers newcomers, Fault.Step begin) {
    return new Fault(
        name, A_WHILE, newcomers, begin, () -> cluster.sandbox().sts().faults().clear());
  }

  private List<Fault> kubernetes() {
    Relay way = cluster.kubernetes();
    return List.of(
        new Fault(
            "Kubernetes API refuses connections",
            A_WHILE,
            Newcomers.TOLD_503_UNTIL_THE_END,
            way::shut,
            way::open),
        new Fault("watches cut", A_WHILE, Newcomers.EITHER, way::cut, () -> {}),
        new Fault(
            "watches cut, and 410 Gone",
            A_WHILE,
            Newcomers.EITHER,
            () -> {
              way.shut();
              // A change that nobody hears of, so that those who come back lie behind.
              cluster.deletePod(cluster.unheardPod());
              cluster.sandbox().kubernetes().forgetHistory();
              way.open();
            },
            () -> {}),
        new Fault(
            "events are 8 s late",
            A_WHILE,
            Newcomers.EITHER,
            () -> way.answerLate(VERY_LATE),
            () -> way.answerLate(Duration.ZERO)));
  }

  private List<Fault> programs() {
    AtomicReference<ServerProcess> killed = new AtomicReference<>();
    Rotation rotation = new Rotation(cluster.sandbox(), directory);
    return List.of(
        new Fault(
            "one server of two killed, the one in use",
            A_WHILE,
            Newcomers.SERVED_DURING,
            () -> {
              killed.set(cluster.serverInUse());
              killed.get().kill();
            },
            () -> killed.get().start().awaitReady()),
        new Fault(
            "rolling restart of servers",
            Duration.ZERO,
            Newcomers.EITHER,
            () -> restart(cluster.servers().getFirst()),
            () -> restart(cluster.servers().getLast())),
        new Fault(
            "restart of the agent",
            A_WHILE,
            Newcomers.SERVED_DURING,
            /* agentRestarts= */ true,
            () -> cluster.restartAgent(cluster.clock()),
            () -> {}),
        clock("the node's clock is 10 min ahead", CLOCK_OFF),
        clock("the node's clock is 10 min behind", CLOCK_OFF.negated()),
        new Fault(
            "certificates and their authority rotated",
            Duration.ZERO,
            Newcomers.EITHER,
            () -> {
              rotation.trustBoth();
              LockSupport.parkNanos(UNTIL_READ.toNanos());
              rotation.showNew();
              LockSupport.parkNanos(UNTIL_READ.toNanos());
              restart(cluster.serverInUse());
            },
            () -> {
              rotation.trustNewOnly();
              LockSupport.parkNanos(UNTIL_READ.toNanos());
              restart(cluster.serverInUse());
            }));
  }

  private static void restart(ServerProcess server) throws IOException, InterruptedException {
    server.stop();
    server.start().awaitReady();
  }

  private Fault clock(String name, Duration off) {
    InstantSource wrong = () -> cluster.clock().instant().plus(off);
    return new Fault(
        name,
        A_WHILE,
        Newcomers.SERVED_DURING,
        /* agentRestarts= */ true,
        () -> cluster.restartAgent(wrong),
        () -> cluster.restartAgent(cluster.clock()));
  }

  private List<Fault> network() {
    int port = cluster.serverPort();
    return List.of(
        new Fault(
            "network between agent and servers cut without RST",
            UNTIL_DEAD,
            Newcomers.TOLD_503_UNTIL_THE_END,
            () -> host.lose(port),
            () -> host.loseNoMore(port)),
        new Fault(
            "5 % of packets between agent and servers lost",
            A_WHILE,
            Newcomers.EITHER,
            () -> host.lose(port, FIVE_PERCENT),
            () -> host.loseNoMore(port, FIVE_PERCENT)));
  }
}
