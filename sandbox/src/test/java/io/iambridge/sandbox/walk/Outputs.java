package io.iambridge.sandbox.walk;

import static java.util.stream.Collectors.joining;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.server.crd.Migration;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.modes.Mode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Does in a sandbox what the page tells, and gives what comes out, by the blocks' names. */
final class Outputs {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration TOUCH = Duration.ofSeconds(4);

  private final Sandbox sandbox;
  private final Commands commands;
  private final Walk walk;
  private final Map<String, String> outputs = new TreeMap<>();

  Outputs(Sandbox sandbox) {
    this.sandbox = sandbox;
    this.commands = new Commands(sandbox);
    this.walk = new Walk(sandbox, commands, PATIENCE);
  }

  Map<String, String> all() throws Exception {
    walk();
    rehearsals();
    fallback();
    statuses();
    plan();
    return outputs;
  }

  private void walk() throws Exception {
    List<Step> steps = new ArrayList<>();
    for (Mode mode : Walk.MODES) {
      steps.add(walk.to(mode));
    }
    put("walk", Step.table(steps).lines(/* colour= */ false).stream().collect(joining("\n")));
    put("retired", steps.get(4).gets().status() + " " + steps.get(4).gets().text());
  }

  private void rehearsals() {
    put("rehearse-ready", exit(commands.rehearse(Moving.ORDERS, "--target=irsa")));
    put("rehearse-broken", exit(commands.rehearse(Moving.BILLING, "--target=irsa")));
  }

  /** As a shell shows it that prints the exit status too. */
  private static String exit(Commands.Said said) {
    return said.out() + "exit status " + said.status();
  }

  private void statuses() throws IOException, InterruptedException {
    walk.label(Moving.ORDERS, Mode.REHEARSE);
    walk.label(Moving.BILLING, Mode.REHEARSE);
    awaitStatus(Moving.ORDERS, status -> status.ready().equals("1/1") && status.callers() == 1);
    awaitStatus(Moving.BILLING, status -> status.ready().equals("0/1") && status.fallbacks() == 1);
    put("status", exit(commands.status()));
    put("get-migrations", new Listed(sandbox).migrations());
  }

  /** A change of the namespace has its status looked at, which without one is once a minute. */
  private void awaitStatus(String namespace, Predicate<MigrationStatus> is) {
    AtomicInteger looks = new AtomicInteger();
    await()
        .atMost(PATIENCE)
        .pollInterval(TOUCH)
        .until(() -> {
          touch(namespace, looks.incrementAndGet());
          return status(namespace)
              .filter(status -> status.mode().equals("rehearse") && is.test(status))
              .isPresent();
        });
  }

  private void touch(String namespace, int looks) {
    sandbox
        .client()
        .namespaces()
        .withName(namespace)
        .edit(object ->
            new NamespaceBuilder(object)
                .editMetadata()
                .addToAnnotations("looks", String.valueOf(looks))
                .endMetadata()
                .build());
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

  private void plan() throws IOException {
    Path folder = Files.createTempDirectory("iambridge-plan-");
    try {
      Commands.Said said = commands.plan(folder, "--server-principal=" + Sandbox.SERVER_PRINCIPAL);
      put("plan", exit(said).replace(folder.toString(), "plan"));
      put("plan-files", files(folder));
      put("plan-trust", Files.readString(folder.resolve("01-billing/trust/billing.json")));
    } finally {
      delete(folder);
    }
  }

  private static String files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .collect(joining("\n"));
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void fallback() throws Exception {
    DemoPod invoices = Moving.invoices(sandbox);
    walk.label(Moving.BILLING, Mode.IRSA);
    await().atMost(PATIENCE).until(() -> event("CredentialsFallback").isPresent());
    Gets gets = Gets.at(sandbox, invoices.address());
    put("fallback-gets", gets.status() + " " + gets.text());
    put("fallback-event", event("CredentialsFallback").map(Event::getMessage).orElseThrow());
    await().atMost(PATIENCE).until(() -> !fallbacks().isEmpty());
    put("fallback-metric", fallbacks());
  }

  private Optional<Event> event(String reason) {
    return sandbox.client().v1().events().inNamespace(Moving.BILLING).list().getItems().stream()
        .filter(event -> event.getReason().equals(reason))
        .findFirst();
  }

  private String fallbacks() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI metrics = URI.create("http://127.0.0.1:" + sandbox.server().adminPort() + "/metrics");
      return client
          .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith("iambridge_server_fallbacks_total{"))
          .filter(line -> !line.endsWith(" 0.0"))
          // How often it was tried meanwhile is chance.
          .map(line -> line.replaceFirst(" [0-9.]+$", " 1.0"))
          .collect(joining("\n"));
    }
  }

  private void put(String name, String text) {
    outputs.put(name, Ordinary.of(sandbox, text) + "\n");
  }
}
