package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.server.cluster.CarriedIdentity;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.plan.input.PodFacts;
import io.iambridge.server.plan.input.WorkloadFacts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads all workloads: from their templates, so that a CronJob is there that has no pod now; and
 * from their pods, for what has an owner that we do not know, or may not list.
 */
final class WorkloadSurvey {
  private static final String DEFAULT_ACCOUNT = "default";
  private static final String WITHOUT = "those without a pod at the moment are missing";

  private final Map<String, Map<Workload, Template>> byNamespace = new TreeMap<>();
  private final Map<String, Workload> owners = new HashMap<>();
  private final Map<String, List<WorkloadEvidence>> evidence;

  private static final class Template {
    String serviceAccount = DEFAULT_ACCOUNT;
    Map<String, String> annotations = Map.of();
    boolean hostNetwork;
    // Whether the object itself was read, which knows better than any pod.
    boolean read;
    final List<PodFacts> pods = new ArrayList<>();
  }

  WorkloadSurvey(
      KubernetesClient client, ClusterSurvey survey, Map<String, List<WorkloadEvidence>> evidence) {
    this.evidence = evidence;
    templates(
        survey.optional("Deployments", WITHOUT, client.apps().deployments().inAnyNamespace()::list),
        one -> one.getSpec().getTemplate());
    templates(
        survey.optional(
            "StatefulSets", WITHOUT, client.apps().statefulSets().inAnyNamespace()::list),
        one -> one.getSpec().getTemplate());
    templates(
        survey.optional("DaemonSets", WITHOUT, client.apps().daemonSets().inAnyNamespace()::list),
        one -> one.getSpec().getTemplate());
    templates(
        survey.optional("CronJobs", WITHOUT, client.batch().v1().cronjobs().inAnyNamespace()::list),
        (CronJob one) -> one.getSpec().getJobTemplate().getSpec().getTemplate());
    List<ReplicaSet> replicaSets =
        survey.optional("ReplicaSets", WITHOUT, client.apps().replicaSets().inAnyNamespace()::list);
    replicaSets.forEach(this::ownedByOthers);
    templates(
        replicaSets.stream().filter(WorkloadSurvey::isNobodys).toList(),
        one -> one.getSpec().getTemplate());
    List<Job> jobs =
        survey.optional("Jobs", WITHOUT, client.batch().v1().jobs().inAnyNamespace()::list);
    jobs.forEach(this::ownedByOthers);
    templates(
        jobs.stream().filter(job -> isNobodys(job) && !isOver(job)).toList(),
        one -> one.getSpec().getTemplate());
    pods(survey.required("pods", client.pods().inAnyNamespace()::list));
  }

  /**
   * An Argo Rollout's ReplicaSets, a workflow's Jobs: pods name only these, whose owner matters.
   */
  private void ownedByOthers(HasMetadata object) {
    if (object.getMetadata().getOwnerReferences() != null) {
      object.getMetadata().getOwnerReferences().stream()
          .filter(owner -> Boolean.TRUE.equals(owner.getController()))
          .findFirst()
          .ifPresent(owner ->
              owners.put(
                  object.getMetadata().getNamespace()
                      + "/"
                      + new Workload(object.getKind(), object.getMetadata().getName()),
                  new Workload(owner.getKind(), owner.getName())));
    }
  }

  private Workload workload(Pod pod) {
    Workload of = pod.origin().workload();
    return owners.getOrDefault(pod.namespace() + "/" + of, of);
  }

  private static boolean isNobodys(HasMetadata object) {
    return object.getMetadata().getOwnerReferences() == null
        || object.getMetadata().getOwnerReferences().isEmpty();
  }

  private static boolean isOver(Job job) {
    return job.getStatus() != null
        && job.getStatus().getConditions() != null
        && job.getStatus().getConditions().stream()
            .anyMatch(condition ->
                "True".equals(condition.getStatus())
                    && ("Complete".equals(condition.getType())
                        || "Failed".equals(condition.getType())));
  }

  private <T extends HasMetadata> void templates(
      List<T> objects, Function<T, @Nullable PodTemplateSpec> template) {
    for (T object : objects) {
      PodTemplateSpec spec = template.apply(object);
      if (spec == null || spec.getSpec() == null) {
        continue;
      }
      Template of =
          template(
              object.getMetadata().getNamespace(),
              new Workload(object.getKind(), object.getMetadata().getName()));
      ObjectMeta meta = spec.getMetadata() == null ? new ObjectMeta() : spec.getMetadata();
      of.read = true;
      of.serviceAccount = account(spec.getSpec().getServiceAccountName());
      of.hostNetwork = Boolean.TRUE.equals(spec.getSpec().getHostNetwork());
      of.annotations = ClusterSurvey.ours(ClusterSurvey.nonNull(meta.getAnnotations()));
    }
  }

  private void pods(List<io.fabric8.kubernetes.api.model.Pod> objects) {
    ObjectReader reader = new ObjectReader(trouble -> {});
    List<Pod> pods =
        new ArrayList<>(objects.stream().map(reader::pod).filter(pod -> !pod.ended()).toList());
    // The newest says what the workload is now.
    pods.sort(Comparator.comparing((Pod pod) -> pod.origin().created()).thenComparing(Pod::name));
    for (Pod pod : pods) {
      Template of = template(pod.namespace(), workload(pod));
      if (!of.read) {
        of.serviceAccount = account(pod.serviceAccount());
        of.hostNetwork = pod.hostNetwork();
        of.annotations = ClusterSurvey.ours(pod.annotations());
      }
      of.pods.add(
          new PodFacts(
              pod.name(),
              pod.origin().created(),
              pod.origin().carries().contains(CarriedIdentity.IRSA),
              pod.origin().carries().contains(CarriedIdentity.POD_IDENTITY)));
    }
  }

  private Template template(String namespace, Workload workload) {
    return byNamespace
        .computeIfAbsent(namespace, name -> new HashMap<>())
        .computeIfAbsent(workload, any -> new Template());
  }

  private static String account(@Nullable String name) {
    return name == null || name.isEmpty() ? DEFAULT_ACCOUNT : name;
  }

  List<WorkloadFacts> of(String namespace) {
    List<WorkloadFacts> facts = new ArrayList<>();
    byNamespace
        .getOrDefault(namespace, Map.of())
        .forEach((workload, template) ->
            facts.add(
                new WorkloadFacts(
                    workload.kind(),
                    workload.name(),
                    template.serviceAccount,
                    template.annotations,
                    template.hostNetwork,
                    template.pods,
                    calls(namespace, workload))));
    facts.sort(Comparator.comparing(WorkloadFacts::kind).thenComparing(WorkloadFacts::name));
    return facts;
  }

  private List<Calls> calls(String namespace, Workload workload) {
    return evidence.getOrDefault(namespace, List.of()).stream()
        .filter(seen -> seen.kind().equals(workload.kind()) && seen.name().equals(workload.name()))
        .flatMap(seen -> seen.calls().stream())
        .toList();
  }
}
