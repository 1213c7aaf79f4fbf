package io.iambridge.server.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.common.cli.StartException;
import io.iambridge.server.crd.Evidence;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.WorkloadFacts;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads, once, what a plan has to know of a cluster. What may not be read is left out and named: a
 * plan is as good as what its maker may see.
 */
public final class ClusterSurvey {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String DISCOVERY = "/.well-known/openid-configuration";
  private static final String ROLE = "iam.amazonaws.com/role";

  private final KubernetesClient client;
  private final Consumer<String> progress;
  private final List<String> gaps = new ArrayList<>();

  /**
   * @param progress hears what is being read, in a few words
   */
  public ClusterSurvey(KubernetesClient client, Consumer<String> progress) {
    this.client = client;
    this.progress = progress;
  }

  /** What could not be read, each in a sentence. */
  public List<String> gaps() {
    return List.copyOf(gaps);
  }

  /**
   * The issuer of service accounts' tokens, as the API server tells.
   *
   * @throws StartException when it does not
   */
  public String issuer() {
    progress.accept("the issuer");
    try {
      String document = client.raw(DISCOVERY);
      JsonNode issuer =
          document == null ? JSON.missingNode() : JSON.readTree(document).path("issuer");
      if (issuer.isTextual() && issuer.asText().startsWith("https://")) {
        return issuer.asText();
      }
      throw new StartException(
          "the API server names no https issuer of tokens (" + DISCOVERY + "); set --oidc-issuer");
    } catch (KubernetesClientException e) {
      throw new StartException(
          Unreached.is(e)
              ? Unreached.words(client, e)
              : "the API server does not tell its issuer (%s: %s); set --oidc-issuer"
                  .formatted(DISCOVERY, why(e)),
          e);
    } catch (JsonProcessingException e) {
      throw new StartException(
          "the API server does not tell its issuer (" + DISCOVERY + "); set --oidc-issuer", e);
    }
  }

  /**
   * All namespaces.
   *
   * @param wanted names of those to plan for; empty for all where a pod names a role
   * @param everybody whether pods that name no role have one too
   * @param target of namespaces whose labels, of the mode or the target, do not say another one
   * @throws StartException when Kubernetes does not let us, or a namespace is not there
   */
  public List<NamespaceFacts> namespaces(Set<String> wanted, boolean everybody, Target target) {
    List<io.fabric8.kubernetes.api.model.Namespace> objects =
        required("namespaces", client.namespaces()::list);
    Set<String> missing = new TreeSet<>(wanted);
    objects.forEach(object -> missing.remove(object.getMetadata().getName()));
    if (!missing.isEmpty()) {
      throw new StartException("no such namespace: " + String.join(", ", missing));
    }
    Map<String, List<WorkloadEvidence>> evidence = evidence();
    WorkloadSurvey workloads = new WorkloadSurvey(client, this, evidence);
    AccountSurvey accounts = new AccountSurvey(client, this);
    List<NamespaceFacts> namespaces = new ArrayList<>();
    for (io.fabric8.kubernetes.api.model.Namespace object : objects) {
      String name = object.getMetadata().getName();
      Map<String, String> labels = nonNull(object.getMetadata().getLabels());
      String mode = labels.getOrDefault(Mode.LABEL, "");
      List<WorkloadFacts> of = workloads.of(name);
      boolean asked = of.stream().anyMatch(one -> everybody || one.annotations().containsKey(ROLE));
      namespaces.add(
          new NamespaceFacts(
              name,
              wanted.isEmpty()
                  ? asked && !mode.equals(Mode.RETIRED.label())
                  : wanted.contains(name),
              mode,
              Target.ofLabel(mode)
                  .or(() -> Target.ofLabel(labels.getOrDefault(Target.LABEL, "")))
                  .orElse(target),
              ours(nonNull(object.getMetadata().getAnnotations())),
              of,
              accounts.of(name)));
    }
    return namespaces;
  }

  private Map<String, List<WorkloadEvidence>> evidence() {
    Map<String, List<WorkloadEvidence>> evidence = new HashMap<>();
    for (Evidence object :
        optional(
            "evidence (evidences.iambridge.io)",
            "what SDKs the workloads have is not known",
            client.resources(Evidence.class).inAnyNamespace()::list)) {
      if (object.getStatus() != null) {
        evidence.put(object.getMetadata().getNamespace(), object.getStatus().workloads());
      }
    }
    return evidence;
  }

  /** Lists what no plan can do without. */
  <T extends HasMetadata> List<T> required(
      String what, Function<ListOptions, ? extends KubernetesResourceList<T>> list) {
    progress.accept(what);
    try {
      return Pages.all(list);
    } catch (KubernetesClientException e) {
      throw new StartException(
          Unreached.is(e)
              ? Unreached.words(client, e)
              : "Kubernetes does not list " + what + ": " + why(e),
          e);
    }
  }

  /** Lists what a plan is better with. */
  <T extends HasMetadata> List<T> optional(
      String what,
      String without,
      Function<ListOptions, ? extends KubernetesResourceList<T>> list) {
    progress.accept(what);
    try {
      return Pages.all(list);
    } catch (KubernetesClientException e) {
      gaps.add("Kubernetes does not list %s (%s): %s.".formatted(what, why(e), without));
      return List.of();
    }
  }

  private static String why(KubernetesClientException e) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED -> "not permitted";
      case HttpURLConnection.HTTP_NOT_FOUND -> "it has none";
      default -> e.getCode() > 0 ? "HTTP " + e.getCode() : "no answer";
    };
  }

  static Map<String, String> nonNull(@org.jspecify.annotations.Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  /** kiam's and kube2iam's annotations. */
  static Map<String, String> ours(Map<String, String> annotations) {
    Map<String, String> ours = new TreeMap<>();
    annotations.forEach((key, value) -> {
      if (key.startsWith("iam.amazonaws.com/") && value != null) {
        ours.put(key, value);
      }
    });
    return ours;
  }
}
