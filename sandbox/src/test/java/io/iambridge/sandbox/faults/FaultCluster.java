package io.iambridge.sandbox.faults;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.iambridge.agent.Agent;
import io.iambridge.sandbox.Place;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.SandboxPorts;
import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.kubernetes.DemoKubelet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The whole system, with two servers as processes behind one name, an agent, and a way between
 * servers and the Kubernetes API that can be broken.
 */
final class FaultCluster implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String NAMESPACE = "faults";
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Deque<AutoCloseable> closing = new ArrayDeque<>();
  private final Sandbox sandbox;
  private final Relay relay;
  private final int serverPort;
  private final List<ServerProcess> servers = new ArrayList<>();
  private final AtomicInteger addresses = new AtomicInteger();
  private Agent agent;

  private FaultCluster(String name, List<String> serverFlags) throws IOException {
    try {
      sandbox = Sandbox.startWithoutAgent(Place.LOOPBACK, SandboxPorts.FREE);
      closing.push(sandbox);
      serverPort = sandbox.server().port();
      // Its place is taken by processes, which can be killed.
      sandbox.server().close();
      relay = Relay.to(sandbox.kubernetes().port());
      closing.push(relay);
      createNamespace();
      Path kubeconfig = kubeconfigThroughTheRelay();
      for (String host : List.of("127.0.0.1", "127.0.0.2")) {
        servers.add(server(name, host, kubeconfig, serverFlags).start());
      }
      servers.forEach(ServerProcess::awaitReady);
      agent = sandbox.startAgent(agentFlags(0));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts everything; the flags are added to the servers' usual ones. */
  static FaultCluster start(String name, String... serverFlags) throws IOException {
    return new FaultCluster(name, List.of(serverFlags));
  }

  private Path kubeconfigThroughTheRelay() throws IOException {
    String direct = Files.readString(sandbox.kubeconfig());
    String through = direct.replace(":" + sandbox.kubernetes().port(), ":" + relay.port());
    return Files.writeString(sandbox.kubeconfig().resolveSibling("relayed"), through);
  }

  private ServerProcess server(String name, String host, Path kubeconfig, List<String> more)
      throws IOException {
    int adminPort;
    try (ServerSocket free = new ServerSocket(0)) {
      adminPort = free.getLocalPort();
    }
    List<String> flags = new ArrayList<>(sandbox.serverFlags());
    flags.removeIf(flag -> flag.matches("--(bind|admin-address|kubeconfig|audit-log)=.*"));
    flags.add("--bind=" + host + ":" + serverPort);
    flags.add("--admin-address=127.0.0.1:" + adminPort);
    flags.add("--kubeconfig=" + kubeconfig);
    // All of it where SecretsInLogsIT reads.
    flags.add("--level=debug");
    flags.add("--audit-log=" + ServerProcess.newLog("audit-faults-" + name));
    flags.addAll(more);
    AccessKey key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
    ServerProcess server =
        new ServerProcess(flags, key, adminPort, ServerProcess.newLog("faults-" + name));
    closing.push(server);
    return server;
  }

  private String[] agentFlags(int port) {
    return new String[] {
      "--server-address=localhost:" + serverPort,
      "--port=" + port,
      "--admin-address=127.0.0.1:0",
      "--grpc-keepalive-time-duration=10s"
    };
  }

  private void createNamespace() {
    sandbox
        .client()
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(NAMESPACE)
                .addToAnnotations("iam.amazonaws.com/permitted", ".*")
                .endMetadata()
                .build())
        .create();
  }

  Sandbox sandbox() {
    return sandbox;
  }

  InstantSource clock() {
    return sandbox.clock();
  }

  /** The servers' way to the Kubernetes API. */
  Relay kubernetes() {
    return relay;
  }

  int serverPort() {
    return serverPort;
  }

  List<ServerProcess> servers() {
    return List.copyOf(servers);
  }

  /** The server that the agent watches now. */
  ServerProcess serverInUse() {
    await().atMost(PATIENCE).until(() -> servers.stream().anyMatch(ServerProcess::isInUse));
    return servers.stream().filter(ServerProcess::isInUse).findFirst().orElseThrow();
  }

  /** Stops the agent and starts another at its port, whose node has this clock. */
  void restartAgent(InstantSource nodeClock) {
    int port = agent.port();
    agent.close();
    agent = sandbox.startAgent(nodeClock, agentFlags(port));
  }

  /** Makes a role that the servers may assume; answers its ARN. */
  String role(String name) {
    String arn = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/" + name;
    sandbox.iam().putRole(arn, TrustPolicy.trusting(Sandbox.SERVER_PRINCIPAL));
    return arn;
  }

  /** Makes a pod of the role, waits until it runs, and is its program. */
  Caller pod(String name, String role, int number) {
    sandbox
        .client()
        .pods()
        .inNamespace(NAMESPACE)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations("iam.amazonaws.com/role", role)
                .addToAnnotations(DemoKubelet.ADDRESS_ANNOTATION, freshAddress())
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    String address =
        await().atMost(PATIENCE).until(() -> addressOf(name), found -> !found.isEmpty());
    return Caller.at(
        address,
        new InetSocketAddress(LOOPBACK, agent.port()),
        number,
        role,
        "arn:aws:sts::" + Sandbox.ACCOUNT + ":assumed-role/" + role + "/kiam-kiam",
        sandbox.iam(),
        clock());
  }

  /**
   * One that nobody has had: CNIs give addresses in turn, and an agent that has just changed
   * servers does not believe for a minute that an address has somebody else.
   */
  private String freshAddress() {
    return "127.0.1." + addresses.incrementAndGet();
  }

  private String addressOf(String name) {
    Pod pod = sandbox.client().pods().inNamespace(NAMESPACE).withName(name).get();
    String address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
    return address == null ? "" : address;
  }

  /** A pod without a role that nobody asks from; answers its name. */
  String unheardPod() {
    String name = "unheard";
    sandbox
        .client()
        .pods()
        .inNamespace(NAMESPACE)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build())
        .create();
    return name;
  }

  void deletePod(String name) {
    sandbox.client().pods().inNamespace(NAMESPACE).withName(name).delete();
  }

  @Override
  public void close() {
    while (!closing.isEmpty()) {
      try {
        closing.pop().close();
      } catch (Exception e) {
        System.err.println("a part of " + NAMESPACE + " did not stop: " + e);
      }
    }
  }
}
