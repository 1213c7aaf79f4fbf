package io.iambridge.sandbox;

import io.iambridge.common.cli.Program;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.logging.LogFormat;
import io.iambridge.common.logging.Logs;
import io.iambridge.common.terminal.Screen;
import io.iambridge.common.terminal.Style;
import io.iambridge.sandbox.check.Check;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.lab.Lab;
import io.iambridge.sandbox.lab.LabException;
import io.iambridge.sandbox.walk.Moving;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** The quickstart's program. */
@Command(
    name = "sandbox/quickstart",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description =
        "Runs the whole of iambridge on this machine's loopback, with demo pods to ask as; or, as"
            + " root, with a node and pods that have networks of their own.")
public final class SandboxMain implements Callable<Integer> {
  private static final int LISTEN_BACKLOG = 1;

  @Option(
      names = "--check",
      description = "Prove that everything works, on free ports, and exit with 0 or 1.")
  private boolean check;

  @Option(
      names = "--netns",
      description =
          "Linux, root: make a node and pods of network namespaces, and ask 169.254.169.254 from"
              + " the pods; nothing leads out of them, and all is gone at the end.")
  private boolean netns;

  @Option(names = "--agent-port", defaultValue = "8181", description = "Where pods ask.")
  private int agentPort;

  @Option(
      names = "--agent-admin-port",
      defaultValue = "9620",
      description = "The agent's health and metrics.")
  private int agentAdminPort;

  @Option(
      names = "--kubernetes-port",
      defaultValue = "18001",
      description = "The embedded Kubernetes API.")
  private int kubernetesPort;

  @Option(names = "--sts-port", defaultValue = "18002", description = "The emulator of STS.")
  private int stsPort;

  @Option(names = "--server-port", defaultValue = "9610", description = "Where agents ask.")
  private int serverPort;

  @Option(
      names = "--server-admin-port",
      defaultValue = "9621",
      description = "The server's health and metrics.")
  private int serverAdminPort;

  @Option(
      names = "--level",
      defaultValue = "warn",
      description = "How much server and agent log: debug, info, warn or error.")
  private String level;

  private SandboxMain() {}

  /** Runs until Ctrl-C, or with {@code --check} until everything is proved. */
  public static void main(String[] args) {
    System.exit(new Program(new SandboxMain(), "quickstart").run(args));
  }

  @Override
  public Integer call() throws Exception {
    Logs.configure(LogFormat.TEXT, level);
    Screen screen =
        new Screen(
            new PrintWriter(System.out, /* autoFlush= */ true, StandardCharsets.UTF_8),
            Ansi.AUTO.enabled());
    return check ? check(screen) : show(screen);
  }

  private Place place() {
    try {
      return netns ? Place.in(Lab.setUp()) : Place.LOOPBACK;
    } catch (LabException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private int check(Screen screen) {
    try (Place place = place();
        Sandbox sandbox = start(screen, place)) {
      DemoCluster.create(sandbox);
      Moving.create(sandbox);
      screen.heading("What every pod gets, and what follows when the cluster changes");
      return new Check(sandbox).run(screen) ? 0 : 1;
    }
  }

  private static Sandbox start(Screen screen, Place place) {
    screen.line(Style.FAINT, "Starting Kubernetes API, STS, server and agent on free ports …");
    return Sandbox.start(place, SandboxPorts.FREE);
  }

  private int show(Screen screen) throws IOException, InterruptedException {
    requireFree(agentPort, "--agent-port");
    requireFree(agentAdminPort, "--agent-admin-port");
    requireFree(kubernetesPort, "--kubernetes-port");
    requireFree(stsPort, "--sts-port");
    requireFree(serverPort, "--server-port");
    requireFree(serverAdminPort, "--server-admin-port");
    Place place = place();
    screen.line(Style.FAINT, "Starting Kubernetes API, STS, server and agent …");
    Sandbox sandbox =
        Sandbox.start(
            place,
            new SandboxPorts(
                agentPort, agentAdminPort, kubernetesPort, stsPort, serverPort, serverAdminPort));
    CountDownLatch stop = new CountDownLatch(1);
    Thread closing =
        new Thread(
            () -> {
              sandbox.close();
              place.close();
              stop.countDown();
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(closing);
    DemoCluster.create(sandbox);
    Moving.create(sandbox);
    new Quickstart(sandbox, terminal(sandbox), hasKubectl()).print(screen);
    stop.await();
    return 0;
  }

  private Terminal terminal(Sandbox sandbox) {
    return netns
        // What sandbox/lab/enter says that the machine knows us by.
        ? new Terminal.IntoNamespaces(
            Objects.requireNonNullElse(System.getenv("IAMBRIDGE_LAB_PID"), "self"))
        : new Terminal.OnLoopback(sandbox.agent().port());
  }

  /** Said here, in the quickstart's own words: its parts only know the flags of their own. */
  private static void requireFree(int port, String flag) {
    try (ServerSocket socket =
        new ServerSocket(port, LISTEN_BACKLOG, InetAddress.ofLiteral("127.0.0.1"))) {
      Objects.requireNonNull(socket);
    } catch (IOException e) {
      throw new StartException(
          "port %d is taken on 127.0.0.1: choose another with %s".formatted(port, flag), e);
    }
  }

  private static boolean hasKubectl() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.of(path.split(":", -1))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "kubectl")));
  }
}
