package io.iambridge.sandbox;

import io.iambridge.common.terminal.Cell;
import io.iambridge.common.terminal.Screen;
import io.iambridge.common.terminal.Style;
import io.iambridge.common.terminal.Table;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.demo.Gets;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the quickstart shows: who gets what, and what to try next. */
final class Quickstart {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int POLL_MILLIS = 50;
  private static final int OK = 200;
  private static final int MAX_REASON = 72;

  private final Sandbox sandbox;
  private final Terminal terminal;
  private final boolean kubectl;
  private final List<DemoPod> pods;

  Quickstart(Sandbox sandbox, Terminal terminal, boolean kubectl) {
    this.sandbox = sandbox;
    this.terminal = terminal;
    this.kubectl = kubectl;
    this.pods = DemoCluster.pods(sandbox);
  }

  void print(Screen screen) throws IOException, InterruptedException {
    screen.heading("Pods, and what each of them gets");
    Table table = new Table("POD", "ADDRESS", "ROLE", "STATUS", "GETS");
    for (DemoPod pod : pods) {
      Gets gets = await(pod);
      table.row(
          Cell.of(pod.fullName()),
          Cell.of(pod.address()),
          Cell.of(pod.role()),
          new Cell(
              Integer.toString(gets.status()), gets.status() == OK ? Style.GOOD : Style.WARNING),
          new Cell(shorten(gets.text()), gets.status() == OK ? Style.GOOD : Style.PLAIN));
    }
    screen.table(table);
    ask(screen);
    change(screen);
    look(screen);
    new WalkView(sandbox, terminal, kubectl).print(screen);
    screen.gap();
    screen.line(Style.FAINT, "Everything runs until Ctrl-C.");
  }

  private Gets await(DemoPod pod) throws IOException, InterruptedException {
    Instant end = sandbox.clock().instant().plus(PATIENCE);
    Gets gets = Gets.at(sandbox, pod.address());
    while (!gets.fits(pod) && sandbox.clock().instant().isBefore(end)) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      gets = Gets.at(sandbox, pod.address());
    }
    return gets;
  }

  private static String shorten(String text) {
    return text.length() > MAX_REASON ? text.substring(0, MAX_REASON - 1) + "…" : text;
  }

  private void ask(Screen screen) {
    String roles = terminal.metadata() + "/latest/meta-data/iam/security-credentials/";
    String cart = terminal.curlAs(pods.get(0));
    String payments = terminal.curlAs(pods.get(1));
    screen.heading("Be a pod: your source address tells who you are");
    command(screen, cart + " " + roles);
    command(screen, cart + " " + roles + "cart");
    command(
        screen,
        "TOKEN=$("
            + payments
            + " -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "
            + terminal.metadata()
            + "/latest/api/token)");
    command(screen, payments + " -H \"X-aws-ec2-metadata-token: $TOKEN\" " + roles + "payments");
  }

  private void change(Screen screen) {
    String objects = sandbox.kubernetes().url() + "/api/v1/namespaces/shop/pods";
    String curl = terminal.onNode("curl");
    screen.heading("Change the cluster: the next answer follows");
    if (kubectl) {
      String to = terminal.onNode("kubectl --kubeconfig " + sandbox.kubeconfig() + " -n shop ");
      command(screen, to + "annotate pod website iam.amazonaws.com/role=shop/cart");
      command(screen, to + "run fresh --image=none --annotations=iam.amazonaws.com/role=shop/cart");
      command(screen, to + "get pods -o wide");
      command(screen, to + "delete pod cart --wait=false");
    } else {
      command(
          screen,
          curl
              + " -X PATCH -H 'Content-Type: application/merge-patch+json' -d"
              + " '{\"metadata\":{\"annotations\":{\"iam.amazonaws.com/role\":\"shop/cart\"}}}' "
              + objects
              + "/website");
      command(
          screen,
          curl
              + " -X POST -H 'Content-Type: application/json' -d"
              + " '{\"metadata\":{\"name\":\"fresh\",\"annotations\":{\"iam.amazonaws.com/role\":\"shop/cart\","
              + "\"sandbox.iambridge.io/address\":\""
              + sandbox.place().address("127.0.0.30")
              + "\"}},\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"none\"}]}}' "
              + objects);
      command(screen, curl + " -X DELETE " + objects + "/cart");
    }
    command(
        screen,
        terminal.curlAs(pods.get(4))
            + " "
            + terminal.metadata()
            + "/latest/meta-data/iam/security-credentials/");
  }

  private void look(Screen screen) {
    screen.heading("Look inside");
    String curl = terminal.onNode("curl");
    command(screen, curl + " http://127.0.0.1:" + sandbox.agent().adminPort() + "/metrics");
    command(screen, curl + " http://127.0.0.1:" + sandbox.server().adminPort() + "/metrics");
    command(screen, curl + " " + sandbox.kubernetes().url() + "/api/v1/namespaces/shop/events");
    if (terminal instanceof Terminal.IntoNamespaces) {
      command(screen, terminal.onNode("iptables -t nat -S"));
    }
  }

  private static void command(Screen screen, String text) {
    screen.line(Style.COMMAND, "  " + text);
  }
}
