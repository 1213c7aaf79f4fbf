package io.iambridge.sandbox.model;

import io.iambridge.server.switching.Preparation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Does what an operation says, as far as the world at that moment has what it needs. */
final class Steps {
  private static final int SHORT_TIMES = 8;

  private static final List<Duration> TIMES =
      List.of(
          Duration.ofMillis(1),
          Duration.ofMillis(150),
          Duration.ofMillis(150),
          Duration.ofMillis(431),
          Duration.ofMillis(431),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(11),
          Duration.ofSeconds(61),
          Duration.ofMinutes(9),
          Duration.ofMinutes(31));

  /** Within this time an agent that lost its watch opens the next. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(101);

  /** A server that starts has seen the cluster by then. */
  private static final Duration LONGEST_START = Duration.ofSeconds(5);

  private static final List<String> NAMES = List.of("web-0", "web-1", "job");

  private final World world;
  private final Tracing tracing;

  Steps(World world, Tracing tracing) {
    this.world = world;
    this.tracing = tracing;
  }

  void take(Operation operation) {
    int a = operation.a();
    int b = operation.b();
    int c = operation.c();
    switch (operation.kind()) {
      case CREATE -> create(a, b, c);
      case SCHEDULE ->
          pod(a, pod -> pod.exists() && pod.node == ModelPod.NOWHERE)
              .ifPresent(pod -> schedule(pod, b % Cluster.NODES));
      case START -> pod(a, Steps::canStart).ifPresent(pod -> start(pod, b, c));
      case POST -> pod(a, pod -> pod.since.isPresent() && pod.exists()).ifPresent(this::post);
      case RESTART_SANDBOX ->
          // A kubelet restarts none that the API does not have any more.
          pod(a, pod -> pod.running && !pod.hostNetwork && pod.exists())
              .ifPresent(pod -> restartSandbox(pod, b, c));
      case ANNOTATE -> pod(a, ModelPod::exists).ifPresent(pod -> annotate(pod, b, c));
      case END -> pod(a, pod -> pod.running).ifPresent(pod -> end(pod, c));
      case DELETE -> pod(a, pod -> pod.exists() && !pod.deleting).ifPresent(this::delete);
      case KILL ->
          pod(a, pod -> pod.running && (pod.deleting || !pod.exists()))
              .ifPresent(pod -> kill(pod, c));
      case REMOVE ->
          pod(a, pod -> pod.exists() && pod.deleting && !pod.running).ifPresent(this::remove);
      case FORCE_DELETE -> pod(a, ModelPod::exists).ifPresent(this::remove);
      case EDIT_NAMESPACE -> edit(a, b);
      case DELETE_NAMESPACE -> deleteNamespace(a);
      case LABEL_NAMESPACE -> label(a, b, c);
      case LABEL_POD -> pod(a, ModelPod::exists).ifPresent(pod -> label(pod, b));
      case EDIT_ACCOUNT -> {
        account(a).edit(b);
        tracing.line("%s says %s", account(a), ModeRules.accountAnnotations(b));
      }
      case DELETE_ACCOUNT -> deleteAccount(a);
      case TARGETS -> {
        world.sts.tokensRefused = a % 2 == 0;
        tracing.line("STS refuses pods' tokens: %s", world.sts.tokensRefused);
      }
      case TELL -> tell(a, b, 1 + c % 3);
      case TELL_ALL -> {
        tracing.line("server-%s hears everything", a % Cluster.SERVERS);
        server(a).tellAll(world.cluster);
      }
      case TELL_AGAIN -> tellAgain(a, b);
      case LIST -> list(server(a));
      case LATE -> late(a);
      case RESTART_SERVER -> {
        tracing.line("server-%s starts anew", a % Cluster.SERVERS);
        world.restartServer(a % Cluster.SERVERS);
      }
      case CUT -> cut(a, b, c);
      case HOLD -> hold(a);
      case DELIVER -> {
        tracing.line("the wire of node-%s delivers %s", a % Cluster.NODES, 1 + b % 3);
        wire(a).deliver(1 + b % 3);
      }
      case RESTART_AGENT -> {
        tracing.line("the agent of node-%s starts anew", a % Cluster.NODES);
        world.restartAgent(a % Cluster.NODES);
      }
      case STS -> {
        world.sts.mood = Sts.MOODS.get(a % Sts.MOODS.size());
        tracing.line("STS is %s", world.sts.mood);
      }
      case HOLD_STS -> {
        tracing.line("STS hangs for server-%s: %s", a % Cluster.SERVERS, b % 2 == 0);
        server(a).holdSts(b % 2 == 0);
      }
      case PASS -> {
        Duration time = TIMES.get(b % 2 == 0 ? a % TIMES.size() : a % SHORT_TIMES);
        if (time.compareTo(LONGEST_START) > 0) {
          world.servers.stream().filter(server -> !server.listed()).forEach(this::list);
        }
        tracing.line("%s pass", time);
        world.pass(time);
      }
      case SETTLE -> throw new IllegalArgumentException("not a single step");
    }
  }

  /** Everything that hangs goes on, and everybody is told everything. */
  void calm() {
    tracing.line("calm: everything is told, delivered and answered");
    for (ModelPod pod : world.cluster.pods) {
      if (pod.exists() && pod.deleting && !pod.running) {
        pod.remove();
      } else if (pod.exists() && pod.since.isPresent()) {
        pod.post();
      }
    }
    world.sts.mood = Sts.Mood.WELL;
    world.sts.tokensRefused = false;
    for (ModelServer server : world.servers) {
      server.prompt = true;
      server.holdSts(false);
      if (!server.listed()) {
        server.list(world.cluster);
      }
    }
    world.wires.forEach(wire -> wire.hold(false));
  }

  private void create(int a, int b, int c) {
    int node = c % 8 == 0 ? ModelPod.NOWHERE : c % 8 < 3 ? 1 : 0;
    boolean hostNetwork = c % 17 == 1;
    if (world.cluster.create(a % 2, NAMES.get(b % NAMES.size()), hostNetwork, node, a / 2, b / 3)) {
      ModelPod pod = world.cluster.pods.getLast();
      tracing.line("%s is created, node %s, %s", pod, node, Rules.podAnnotations(a / 2, b / 3));
    }
  }

  private void schedule(ModelPod pod, int node) {
    pod.node = node;
    pod.changed();
    tracing.line("%s is put on node-%s", pod, node);
  }

  private static boolean canStart(ModelPod pod) {
    return pod.exists() && !pod.deleting && pod.node != ModelPod.NOWHERE && pod.since.isEmpty();
  }

  private void start(ModelPod pod, int b, int c) {
    if (world.cluster.connect(pod, b, c % 2 == 0)) {
      pod.since = Optional.of(now());
      pod.running = true;
      tracing.line("%s starts at %s", pod, pod.addresses);
      if (c % 3 != 0) {
        post(pod);
      }
    }
  }

  /** Kubernetes knows seconds. */
  private Instant now() {
    return world.clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private void post(ModelPod pod) {
    pod.post();
    tracing.line("the API is told of %s as it is", pod);
  }

  private void restartSandbox(ModelPod pod, int b, int c) {
    world.cluster.disconnect(pod);
    if (world.cluster.connect(pod, b, c % 2 == 0)) {
      pod.since = Optional.of(now());
      pod.running = true;
    }
    tracing.line("%s gets a new sandbox at %s", pod, pod.addresses);
    if (c % 3 == 0) {
      post(pod);
    }
  }

  private void annotate(ModelPod pod, int b, int c) {
    pod.role = b;
    pod.naming = c;
    pod.changed();
    tracing.line("%s is annotated %s", pod, Rules.podAnnotations(b, c));
  }

  private void end(ModelPod pod, int c) {
    pod.over = true;
    world.cluster.disconnect(pod);
    tracing.line("%s ends", pod);
    if (c % 3 != 0 && pod.exists()) {
      post(pod);
    }
  }

  private void delete(ModelPod pod) {
    pod.deleting = true;
    pod.changed();
    tracing.line("%s is being deleted", pod);
  }

  private void kill(ModelPod pod, int c) {
    pod.over = true;
    world.cluster.disconnect(pod);
    tracing.line("%s is killed", pod);
    if (c % 2 == 0 && pod.exists()) {
      remove(pod);
    }
  }

  private void remove(ModelPod pod) {
    pod.remove();
    tracing.line("%s is removed from the API", pod);
  }

  private void edit(int a, int b) {
    ModelNamespace namespace = namespace(a);
    namespace.edit(b);
    tracing.line("namespace %s says %s", namespace.name, Rules.namespaceAnnotations(b));
  }

  private void label(int a, int b, int c) {
    ModelNamespace namespace = namespace(a);
    namespace.label(b);
    tracing.line("%s is labelled %s", namespace, ModeRules.namespaceLabels(b));
    if (c % 2 == 0) {
      world.run();
      world.pass(Preparation.MOST_DELAY);
    }
  }

  private void label(ModelPod pod, int b) {
    pod.mode = b;
    pod.changed();
    tracing.line("%s is labelled %s", pod, ModeRules.podLabels(b));
  }

  private void deleteAccount(int a) {
    ModelAccount account = account(a);
    if (account.now() != null) {
      account.change(null);
      tracing.line("%s is deleted", account);
    }
  }

  private void deleteNamespace(int a) {
    ModelNamespace namespace = namespace(a);
    if (namespace.now() != null) {
      namespace.change(null);
      tracing.line("namespace %s is deleted", namespace.name);
    }
  }

  private void tell(int a, int b, int most) {
    ModelServer server = server(a);
    List<Versioned<?>> behind =
        world.cluster.objects().stream()
            .filter(object -> object.told(server.number) < object.last())
            .toList();
    if (!behind.isEmpty()) {
      Versioned<?> object = behind.get(b % behind.size());
      for (int i = 0; i < most; i++) {
        server.tellNext(object);
      }
      tracing.line("server-%s hears more of %s", server.number, object);
    }
  }

  private void tellAgain(int a, int b) {
    List<Versioned<?>> objects = world.cluster.objects();
    Versioned<?> object = objects.get(b % objects.size());
    tracing.line("server-%s hears again of %s", a % Cluster.SERVERS, object);
    server(a).tellAgain(object);
  }

  private void list(ModelServer server) {
    server.list(world.cluster);
    tracing.line("server-%s lists the cluster", server.number);
  }

  private void late(int a) {
    ModelServer server = server(a);
    server.prompt = !server.prompt;
    tracing.line("server-%s hears at once: %s", server.number, server.prompt);
  }

  private void cut(int a, int b, int c) {
    Wire wire = wire(a);
    ModelServer next = b % 4 == 0 ? wire.server() : server(wire.server().number + 1);
    wire.cut(next);
    tracing.line("the agent of node-%s has to go to server-%s", a % Cluster.NODES, next.number);
    if (c % 2 == 0) {
      world.run();
      world.pass(FIRST_PAUSE);
    }
  }

  private void hold(int a) {
    Wire wire = wire(a);
    wire.hold(!wire.held());
    tracing.line("the wire of node-%s is held: %s", a % Cluster.NODES, wire.held());
  }

  private ModelServer server(int choice) {
    return world.servers.get(choice % Cluster.SERVERS);
  }

  private Wire wire(int choice) {
    return world.wires.get(choice % Cluster.NODES);
  }

  private ModelNamespace namespace(int choice) {
    return world.cluster.namespaces.get(choice % world.cluster.namespaces.size());
  }

  private ModelAccount account(int choice) {
    return world.cluster.accounts().get(choice % world.cluster.accounts().size());
  }

  private Optional<ModelPod> pod(int choice, Predicate<ModelPod> which) {
    List<ModelPod> pods = world.cluster.pods.stream().filter(which).toList();
    @Nullable ModelPod pod = pods.isEmpty() ? null : pods.get(choice % pods.size());
    return Optional.ofNullable(pod);
  }
}
