package io.iambridge.sandbox.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iambridge.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An operator without an idea of his own: does the steps of a written plan, word for word, and does
 * not know a command that is not among its own.
 */
final class PlanRunner {
  private static final JsonMapper JSON = new JsonMapper();

  private final KubernetesClient client;
  private final Workers workers;
  private final Fleet fleet;
  private final AwsAccounts accounts;
  private final Kubectl kubectl;
  private final Path directory;
  private final JsonNode plan;

  PlanRunner(Sandbox sandbox, Workers workers, Fleet fleet, Path directory) throws IOException {
    this.client = sandbox.client();
    this.workers = workers;
    this.fleet = fleet;
    this.accounts = new AwsAccounts(sandbox);
    this.kubectl = new Kubectl(client, sandbox.kubernetes().tokenPermissions());
    this.directory = directory;
    this.plan = JSON.readTree(directory.resolve("plan.json").toFile());
  }

  JsonNode plan() {
    return plan;
  }

  /** Does what a step of all namespaces says for an account. */
  void shared(String step, String account) throws IOException {
    run(plan.path("shared"), step, "commands", account);
  }

  /** Does a step of a namespace. */
  void step(String namespace, String step) throws IOException {
    run(folder(namespace), step, "commands");
    if (step.equals("trust")) {
      // What the plan could not read, so that it says what to add.
      folder(namespace)
          .path("roles")
          .forEach(role -> {
            if (role.path("trust").asText().equals("add-statement")) {
              accounts.addStatements(role.path("role").asText(), role.path("policy"));
            }
          });
    }
  }

  /** Does the opposite of a step of a namespace. */
  void rollback(String namespace, String step) throws IOException {
    run(folder(namespace), step, "rollback");
  }

  private JsonNode folder(String namespace) {
    for (JsonNode folder : plan.path("namespaces")) {
      if (folder.path("name").asText().equals(namespace)) {
        return folder;
      }
    }
    throw new IllegalArgumentException("the plan is not for " + namespace);
  }

  private void run(JsonNode of, String name, String which) throws IOException {
    run(of, name, which, "");
  }

  /** The commands for an account, or all for none. */
  private void run(JsonNode of, String name, String which, String only) throws IOException {
    Path folder = directory.resolve(of.path("folder").asText());
    for (JsonNode step : of.path("steps")) {
      if (step.path("step").asText().equals(name)) {
        for (JsonNode command : step.path(which)) {
          List<String> words = new ArrayList<>();
          command.path("words").forEach(word -> words.add(word.asText()));
          String account = command.path("account").asText();
          if (only.isEmpty() || only.equals(account)) {
            run(folder, account, words);
          }
        }
      }
    }
  }

  private void run(Path folder, String account, List<String> words) throws IOException {
    switch (words.get(0) + " " + words.get(1)) {
      case "aws iam" -> accounts.iam(folder, account, words);
      case "aws eks" -> accounts.eks(words);
      case "kubectl apply" -> kubectl.apply(folder.resolve(after(words, "-f")));
      case "kubectl delete" -> kubectl.delete(folder.resolve(after(words, "-f")));
      case "kubectl label" -> label(words.get(2), words.subList(3, words.size() - 1));
      case "kubectl patch" ->
          patch(after(words, "-n"), words.get(4), folder.resolve(valueOf(words, "--patch-file")));
      case "kubectl rollout" -> rollout(words);
      case "kubectl wait" -> areRetired(words);
      case "iambridge-server migration" -> {
        // A look, which the test takes itself.
      }
      default -> throw new IllegalArgumentException("no such command here: " + words);
    }
  }

  private void label(String object, List<String> changes) {
    List<String> named = List.of(object.split("/", 2));
    if (!named.get(0).equals("namespace")) {
      throw new IllegalArgumentException("no label of " + object);
    }
    Map<String, Object> labels = new HashMap<>();
    for (String change : changes) {
      int equals = change.indexOf('=');
      if (equals < 0) {
        labels.put(change.substring(0, change.length() - 1), null);
      } else {
        labels.put(change.substring(0, equals), change.substring(equals + 1));
      }
    }
    client
        .namespaces()
        .withName(named.get(1))
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            Serialization.asJson(Map.of("metadata", Map.of("labels", labels))));
  }

  /** The plan only ever waits for one thing, and not for long. */
  private void areRetired(List<String> words) {
    if (!words.get(2).equals("--for=jsonpath={.metadata.labels.iambridge\\.io/mode}=retired")) {
      throw new IllegalArgumentException("no such command here: " + words);
    }
    for (String object : words.subList(4, words.size())) {
      String name = object.substring("namespace/".length());
      Map<String, String> labels =
          client.namespaces().withName(name).require().getMetadata().getLabels();
      if (labels == null || !"retired".equals(labels.get("iambridge.io/mode"))) {
        throw new IllegalStateException(object + " is not retired");
      }
    }
  }

  private void patch(String namespace, String object, Path file) throws IOException {
    workers.patch(worker(namespace, object), Files.readString(file));
  }

  private void rollout(List<String> words) {
    if (words.get(2).equals("restart")) {
      workers.roll(worker(after(words, "-n"), words.get(5)));
    }
    // "status": Workers has waited already.
  }

  private Fleet.Worker worker(String namespace, String object) {
    return fleet.home(namespace).workers().stream()
        .filter(worker -> object.equals("deployment/" + worker.name()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no workload " + namespace + " " + object));
  }

  static String after(List<String> words, String word) {
    return words.get(words.indexOf(word) + 1);
  }

  private static String valueOf(List<String> words, String flag) {
    return Optional.of(words).stream()
        .flatMap(List::stream)
        .filter(word -> word.startsWith(flag + "="))
        .findFirst()
        .map(word -> word.substring(flag.length() + 1))
        .orElseThrow();
  }
}
