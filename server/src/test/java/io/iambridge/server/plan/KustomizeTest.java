package io.iambridge.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.CrossAccount;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.WorkloadFacts;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.plan.text.PlanFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Components for kustomize change what there is, and nothing else. */
class KustomizeTest {
  private static final Set<String> COMPONENT = Set.of("apiVersion", "kind", "resources", "patches");

  static Stream<String> cases() {
    return PlanCases.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyPatchHasItsTarget(String name) {
    assertComponents(PlanCases.all().get(name));
  }

  @Test
  void namesThatYamlTakesForSomethingElseStayNames() {
    List<WorkloadFacts> workloads = new ArrayList<>();
    List<AccountFacts> accounts = new ArrayList<>();
    for (String name :
        List.of(
            "yes",
            "no",
            "on",
            "null",
            "true",
            "y",
            "1e3",
            "0x10",
            "12345",
            "1.5",
            "0b1",
            "0o17",
            "017",
            "2026-11-22",
            "a.b",
            "nan",
            "1e400",
            "1e-3")) {
      workloads.add(PlanCases.workload("Deployment", name, name, "role-" + workloads.size()));
      workloads.add(PlanCases.workload("CronJob", name, "default", "cron-" + workloads.size()));
      accounts.add(PlanCases.account(name));
    }
    accounts.add(PlanCases.account("default"));
    assertComponents(
        PlanCases.input(
            CrossAccount.DIRECT,
            List.of(PlanCases.namespace("shop", Target.IRSA, workloads, accounts)),
            Map.of(),
            Map.of()));
  }

  private static void assertComponents(PlanInput input) {
    Plan plan = Planner.plan(input);
    SortedMap<String, String> files = PlanFiles.of(plan);
    files.forEach((file, text) -> {
      if (file.endsWith(".yaml")) {
        assertThat(documents(text)).as(file).isNotEmpty();
        // Other readers than ours take 1e3 and 0o17 for numbers, too.
        assertThat(text).as(file).doesNotContainPattern(": [0-9.+~-]");
      }
    });
    for (NamespacePlan namespace : plan.namespaces()) {
      NamespaceFacts facts =
          input.namespaces().stream()
              .filter(one -> one.name().equals(namespace.name()))
              .findFirst()
              .orElseThrow();
      assertComponent(namespace.folder() + "/kustomize/", facts, files);
    }
  }

  private static void assertComponent(
      String folder, NamespaceFacts facts, SortedMap<String, String> files) {
    Set<String> unused = new TreeSet<>();
    files.keySet().stream().filter(file -> file.startsWith(folder)).forEach(unused::add);
    if (unused.isEmpty()) {
      return;
    }
    assertThat(unused.remove(folder + "kustomization.yaml")).isTrue();
    Map<?, ?> component = only(files.get(folder + "kustomization.yaml"));
    assertThat(COMPONENT.containsAll(component.keySet())).isTrue();
    assertThat(component.get("apiVersion")).isEqualTo("kustomize.config.k8s.io/v1alpha1");
    assertThat(component.get("kind")).isEqualTo("Component");
    Set<String> there = new HashSet<>();
    facts.accounts().forEach(account -> there.add("/ServiceAccount/" + account.name()));
    facts.workloads().forEach(work -> there.add("/" + work.kind() + "/" + work.name()));
    Set<String> patched = new HashSet<>();
    for (Object resource : list(component, "resources")) {
      assertThat(unused.remove(folder + resource)).as("%s is there", resource).isTrue();
      for (Map<?, ?> made : documents(files.get(folder + resource))) {
        assertThat(there).as("what is new was not there").doesNotContain(title(made));
      }
    }
    for (Object one : list(component, "patches")) {
      Map<?, ?> patch = (Map<?, ?>) one;
      String file = folder + patch.get("path");
      assertThat(unused.remove(file)).as("%s is there, and used once", file).isTrue();
      Map<?, ?> content = only(files.get(file));
      Map<?, ?> target = (Map<?, ?>) patch.get("target");
      String name = text(map(content, "metadata"), "name");
      assertThat(there).contains(title(content));
      assertThat(patched.add(title(content))).as("%s is patched once", title(content)).isTrue();
      assertThat(target.get("kind")).isEqualTo(content.get("kind"));
      // A regular expression, which has to match the whole name and means no other one.
      assertThat(name).matches(text(target, "name"));
      assertThat(there.stream().filter(other -> other.startsWith("/" + target.get("kind") + "/")))
          .filteredOn(
              other -> other.substring(other.lastIndexOf('/') + 1).matches(text(target, "name")))
          .hasSize(1);
      String version = text(content, "apiVersion");
      assertThat(target.containsKey("group") ? target.get("group") + "/v1" : "v1")
          .isEqualTo(version);
      assertThat(map(content, "metadata").containsKey("namespace")).isFalse();
    }
    assertThat(unused).as("files that nothing names").isEmpty();
  }

  private static String title(Map<?, ?> object) {
    return "/" + text(object, "kind") + "/" + text(map(object, "metadata"), "name");
  }

  private static List<?> list(Map<?, ?> object, String key) {
    return object.containsKey(key) ? (List<?>) object.get(key) : List.of();
  }

  private static Map<?, ?> map(Map<?, ?> object, String key) {
    return (Map<?, ?>) object.get(key);
  }

  private static String text(Map<?, ?> object, String key) {
    assertThat(object.get(key)).as("%s is a text", key).isInstanceOf(String.class);
    return (String) object.get(key);
  }

  private static Map<?, ?> only(String yaml) {
    assertThat(documents(yaml)).hasSize(1);
    return documents(yaml).getFirst();
  }

  /** Strictly: no key twice, no tags, and what YAML 1.1 takes for a number or a date is one. */
  private static List<Map<?, ?>> documents(String yaml) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<Map<?, ?>> documents = new ArrayList<>();
    Iterable<Object> all = new Yaml(new SafeConstructor(options)).loadAll(yaml);
    StreamSupport.stream(all.spliterator(), false)
        .forEach(document -> documents.add((Map<?, ?>) document));
    return documents;
  }
}
