package io.iambridge.sandbox;

import io.iambridge.common.terminal.Screen;
import io.iambridge.common.terminal.Style;
import io.iambridge.sandbox.walk.Commands;
import io.iambridge.sandbox.walk.Moving;
import io.iambridge.sandbox.walk.Step;
import io.iambridge.sandbox.walk.Walk;
import io.iambridge.server.modes.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the quickstart shows of the way from kiam to IRSA and EKS Pod Identity. */
final class WalkView {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Path SERVER = Path.of("server", "target", "iambridge-server.jar");

  private final Sandbox sandbox;
  private final Terminal terminal;
  private final boolean kubectl;

  WalkView(Sandbox sandbox, Terminal terminal, boolean kubectl) {
    this.sandbox = sandbox;
    this.terminal = terminal;
    this.kubectl = kubectl;
  }

  void print(Screen screen) throws IOException, InterruptedException {
    Commands commands = new Commands(sandbox);
    screen.heading("A namespace goes from kiam to IRSA or EKS Pod Identity, and back: orders");
    Walk walk = new Walk(sandbox, commands, PATIENCE);
    List<Step> steps = new ArrayList<>();
    for (Mode mode : Walk.MODES) {
      steps.add(walk.to(mode));
    }
    screen.table(Step.table(steps));
    screen.heading("A namespace that is not ready, and what rehearsal says is missing: billing");
    walk.label(Moving.BILLING, Mode.REHEARSE);
    commands.rehearse(Moving.BILLING).out().lines().forEach(screen::line);
    yourself(screen);
  }

  private void yourself(Screen screen) {
    screen.heading("Do it yourself: one label, in force at every agent within a second");
    command(screen, label(Moving.ORDERS, Mode.IRSA));
    command(
        screen,
        terminal.curlAs(Moving.api(sandbox))
            + " "
            + terminal.metadata()
            + "/latest/meta-data/iam/security-credentials/orders");
    command(screen, label(Moving.ORDERS, Mode.POD_IDENTITY));
    command(screen, label(Moving.ORDERS, Mode.RETIRED));
    command(screen, label(Moving.ORDERS, Mode.KIAM));
    command(screen, label(Moving.BILLING, Mode.IRSA));
    command(screen, events());
    command(screen, statuses());
    command(screen, program() + " migration status --kubeconfig " + sandbox.kubeconfig());
  }

  private String label(String namespace, Mode mode) {
    return kubectl
        ? kubectl(
            "label namespace " + namespace + " --overwrite " + Mode.LABEL + "=" + mode.label())
        : terminal.onNode(
            "curl -X PATCH -H 'Content-Type: application/merge-patch+json' -d"
                + " '{\"metadata\":{\"labels\":{\"%s\":\"%s\"}}}' "
                    .formatted(Mode.LABEL, mode.label())
                + sandbox.kubernetes().url()
                + "/api/v1/namespaces/"
                + namespace);
  }

  private String statuses() {
    return kubectl
        ? kubectl("get migrations -A")
        : terminal.onNode(
            "curl " + sandbox.kubernetes().url() + "/apis/iambridge.io/v1alpha1/migrations");
  }

  private String events() {
    return kubectl
        ? kubectl("-n billing get events")
        : terminal.onNode(
            "curl " + sandbox.kubernetes().url() + "/api/v1/namespaces/billing/events");
  }

  private String kubectl(String command) {
    return terminal.onNode("kubectl --kubeconfig " + sandbox.kubeconfig() + " " + command);
  }

  /** The jar beside the quickstart's own, where somebody has built it. */
  private String program() {
    Path jar = SERVER.toAbsolutePath();
    return terminal.onNode(
        Files.exists(jar)
            ? Path.of(System.getProperty("java.home"), "bin", "java") + " -jar " + jar
            : "iambridge-server");
  }

  private static void command(Screen screen, String text) {
    screen.line(Style.COMMAND, "  " + text);
  }
}
