package io.iambridge.sandbox.check;

import io.fabric8.kubernetes.api.model.Event;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.check.Proof.WrongException;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.sandbox.walk.Commands;
import io.iambridge.sandbox.walk.Moving;
import io.iambridge.sandbox.walk.Steady;
import io.iambridge.sandbox.walk.Step;
import io.iambridge.sandbox.walk.Walk;
import io.iambridge.server.crd.Migration;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.modes.Mode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Proves the way from kiam to IRSA and EKS Pod Identity with the two namespaces on it. */
final class WalkCheck {
  private static final int POLL_MILLIS = 50;
  private static final int OK = 200;
  private static final String RETIRED = "RETIRED";
  private static final String FALLBACKS =
      "iambridge_server_fallbacks_total{finding=\"trust_denies_subject\",mechanism=\"web_identity\"} ";

  private final Sandbox sandbox;
  private final Duration patience;
  private final Commands commands;
  private final Walk walk;

  WalkCheck(Sandbox sandbox, Duration patience) {
    this.sandbox = sandbox;
    this.patience = patience;
    this.commands = new Commands(sandbox);
    this.walk = new Walk(sandbox, commands, patience);
  }

  void addTo(Map<String, Proof> proofs) {
    proofs.put("no request fails while orders goes through the modes that serve", this::switches);
    for (Mode mode : List.of(Mode.IRSA, Mode.POD_IDENTITY)) {
      proofs.put(
          "orders in mode %s is ready, and served by %s"
              .formatted(mode.label(), Walk.mechanism(mode)),
          () -> served(mode));
    }
    proofs.put("a retired namespace gets nothing, and is told what to do", this::retired);
    proofs.put("the label set back to kiam is the way back", () -> served(Mode.KIAM));
    proofs.put("rehearsal names what billing lacks, and the status tells it", this::billing);
    proofs.put("a mode that gives nothing falls back, loudly", this::fallback);
  }

  private String switches() throws Exception {
    walk.to(Mode.KIAM);
    int asked;
    try (Steady caller = new Steady(sandbox, Moving.api(sandbox), Moving.ORDERS)) {
      for (Mode mode : List.of(Mode.REHEARSE, Mode.IRSA, Mode.POD_IDENTITY, Mode.KIAM)) {
        served(mode);
      }
      asked = caller.asked();
      require(caller.failed() == 0, caller.failed() + " failed: " + caller.firstFailure());
    }
    return require(asked > 0, asked + " requests, none failed");
  }

  private String served(Mode mode) throws Exception {
    Step step = walk.to(mode);
    boolean right =
        step.gets().status() == OK
            && step.mechanism().equals(Walk.mechanism(mode))
            && (mode == Mode.KIAM || step.rehearsal().contains(": ready"));
    return require(
        right, "%s by %s; %s".formatted(step.gets().text(), step.mechanism(), step.rehearsal()));
  }

  private String retired() throws Exception {
    Gets gets = walk.to(Mode.RETIRED).gets();
    return require(
        gets.status() == 403 && gets.text().startsWith(RETIRED), gets.status() + " " + gets.text());
  }

  private String billing() throws Exception {
    Commands.Said said = commands.rehearse(Moving.BILLING, "--target=irsa");
    require(said.status() == 3 && said.out().contains("trust-denies-subject"), said.out());
    walk.label(Moving.BILLING, Mode.REHEARSE);
    return await(() ->
        status(Moving.BILLING)
            .filter(status -> status.ready().equals("0/1"))
            .map(status -> status.ready() + " ready, next: " + status.next()));
  }

  private Optional<MigrationStatus> status(String namespace) {
    return Optional.ofNullable(
            sandbox
                .client()
                .resources(Migration.class)
                .inNamespace(namespace)
                .withName(Migration.NAME)
                .get())
        .map(Migration::getStatus);
  }

  private String fallback() throws Exception {
    DemoPod invoices = Moving.invoices(sandbox);
    walk.label(Moving.BILLING, Mode.IRSA);
    try {
      String event = await(this::fallbackEvent);
      Gets gets = Gets.at(sandbox, invoices.address());
      require(gets.fits(invoices), gets.status() + " " + gets.text());
      String counted = await(this::fallbackCount);
      return "%s; %s; %s".formatted(gets.text(), event, counted);
    } finally {
      walk.label(Moving.BILLING, Mode.KIAM);
    }
  }

  private Optional<String> fallbackEvent() {
    return sandbox.client().v1().events().inNamespace(Moving.BILLING).list().getItems().stream()
        .filter(event -> event.getReason().equals("CredentialsFallback"))
        .map(Event::getReason)
        .map(reason -> "Event " + reason)
        .findFirst();
  }

  private Optional<String> fallbackCount() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI metrics = URI.create("http://127.0.0.1:" + sandbox.server().adminPort() + "/metrics");
      String body =
          client.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body();
      return body.lines()
          .filter(line -> line.startsWith(FALLBACKS) && !line.endsWith(" 0.0"))
          .findFirst();
    }
  }

  private String await(Callable<Optional<String>> seen) throws Exception {
    // A namespace's status is written every five seconds at most.
    Instant end = sandbox.clock().instant().plus(patience.multipliedBy(2));
    Optional<String> last = seen.call();
    while (last.isEmpty() && sandbox.clock().instant().isBefore(end)) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      last = seen.call();
    }
    return last.orElseThrow(() -> new WrongException("not seen"));
  }

  private static String require(boolean holds, String seen) throws WrongException {
    if (!holds) {
      throw new WrongException(seen);
    }
    return seen;
  }
}
