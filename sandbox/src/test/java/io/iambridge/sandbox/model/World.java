package io.iambridge.sandbox.model;

import io.iambridge.agent.imds.SessionTokens;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A cluster, its servers and its agents, and the one thread and the clock that all of them use. */
final class World {
  final FakeClock clock = new FakeClock();
  final ManualScheduler tasks = new ManualScheduler(clock);
  final Cluster cluster = new Cluster();
  final Sts sts = new Sts(clock);
  final List<ModelServer> servers = new ArrayList<>();
  final List<Wire> wires = new ArrayList<>();
  final List<ModelAgent> agents = new ArrayList<>();
  final List<Hearing> hearings = new ArrayList<>();
  private final SplittableRandom dice = new SplittableRandom(42);
  private final SessionTokens tokens;
  private final Flaw flaw;

  World(SessionTokens tokens, Flaw flaw) {
    this.tokens = tokens;
    this.flaw = flaw;
    for (int i = 0; i < Cluster.SERVERS; i++) {
      servers.add(newServer(i));
      servers.get(i).list(cluster);
    }
    for (int i = 0; i < Cluster.NODES; i++) {
      int node = i;
      hearings.add(new Hearing(node, cluster, clock.instant()));
      wires.add(
          new Wire(
              flaw,
              Cluster.nodeName(node),
              servers.get(i % servers.size()),
              tasks,
              server -> hearings.get(node).watching(cluster, server)));
      agents.add(newAgent(node));
    }
    run();
  }

  private ModelServer newServer(int number) {
    return new ModelServer(flaw, number, sts, tasks, clock, dice);
  }

  private ModelAgent newAgent(int node) {
    return new ModelAgent(wires.get(node), tokens, tasks, clock, dice);
  }

  /** Lets everything happen that happens at this moment, and keeps book of who has heard it. */
  void run() {
    for (ModelServer server : servers) {
      if (server.prompt) {
        server.tellAll(cluster);
      }
    }
    tasks.runDue();
    keepBook();
  }

  void pass(Duration time) {
    tasks.advance(time);
    keepBook();
  }

  private void keepBook() {
    servers.forEach(server -> server.keepBook(cluster));
    for (int node = 0; node < Cluster.NODES; node++) {
      Wire wire = wires.get(node);
      if (wire.upToDate()) {
        hearings.get(node).upToDate(cluster, wire.server().number, clock.instant());
      }
    }
  }

  /** The server starts anew, and knows nothing until it has listed the cluster. */
  void restartServer(int number) {
    ModelServer next = newServer(number);
    ModelServer before = servers.set(number, next);
    cluster.objects().forEach(object -> object.told(number, -1));
    cluster.namespaces.forEach(namespace -> namespace.inForce(number, -1));
    for (Wire wire : wires) {
      if (wire.server() == before) {
        wire.cut(next);
      }
    }
  }

  void restartAgent(int node) {
    agents.get(node).stop();
    tasks.runDue();
    wires.get(node).cut(wires.get(node).server());
    tasks.runDue();
    hearings.set(node, new Hearing(node, cluster, clock.instant()));
    agents.set(node, newAgent(node));
  }
}
