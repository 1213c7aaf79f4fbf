package io.iambridge.sandbox.migration;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iambridge.sandbox.tokens.PodTokens;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does for the fleet's Deployments what Kubernetes' controllers do: one pod each, made anew from
 * the template when that has changed, the old one gone only when the new one is served.
 */
final class Workers {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ROLE = "iam.amazonaws.com/role";
  private static final String HASH = "pod-template-hash";

  private final KubernetesClient client;
  private final PodTokens tokens;
  private final Traffic traffic;
  private final AtomicInteger revisions = new AtomicInteger();
  private final Map<String, String> pods = new ConcurrentHashMap<>();

  Workers(KubernetesClient client, PodTokens tokens, Traffic traffic) {
    this.client = client;
    this.tokens = tokens;
    this.traffic = traffic;
  }

  /** Makes a namespace that permits its workloads' roles, and everything in it. */
  void create(Fleet.Home home) {
    client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(home.name())
                .addToAnnotations("iam.amazonaws.com/permitted", ".*:role/" + home.name() + "-.*")
                .endMetadata()
                .build())
        .create();
    Set<String> accounts = new TreeSet<>();
    home.workers().forEach(worker -> accounts.add(worker.account()));
    // Every namespace has that one.
    accounts.remove("default");
    accounts.forEach(account -> createAccount(home.name(), account));
    home.workers().forEach(this::create);
  }

  private void createAccount(String namespace, String name) {
    client
        .serviceAccounts()
        .inNamespace(namespace)
        .resource(
            new ServiceAccountBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
  }

  private void create(Fleet.Worker worker) {
    Map<String, String> labels = Map.of("app", worker.name());
    Deployment deployment =
        new DeploymentBuilder()
            .withNewMetadata()
            .withNamespace(worker.namespace())
            .withName(worker.name())
            .endMetadata()
            .withNewSpec()
            .withReplicas(1)
            .withNewSelector()
            .withMatchLabels(labels)
            .endSelector()
            .withNewTemplate()
            .withNewMetadata()
            .withLabels(labels)
            .addToAnnotations(ROLE, worker.role())
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName(worker.account())
            .addNewContainer()
            .withName("app")
            .withImage("example.com/app")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    client.apps().deployments().inNamespace(worker.namespace()).resource(deployment).create();
    roll(worker);
  }

  /** Makes the workload's pod anew, as a rolling update does. */
  void roll(Fleet.Worker worker) {
    Deployment deployment =
        client
            .apps()
            .deployments()
            .inNamespace(worker.namespace())
            .withName(worker.name())
            .require();
    String hash = Integer.toHexString(0x10000 + revisions.incrementAndGet());
    Pod pod =
        new PodBuilder()
            .withMetadata(deployment.getSpec().getTemplate().getMetadata())
            .editMetadata()
            .withNamespace(worker.namespace())
            .withName(worker.name() + "-" + hash)
            .addToLabels(HASH, hash)
            .addNewOwnerReference()
            .withApiVersion("apps/v1")
            .withKind("ReplicaSet")
            .withName(worker.name() + "-" + hash)
            .withUid("rs-" + hash)
            .withController(true)
            .endOwnerReference()
            .endMetadata()
            .withSpec(deployment.getSpec().getTemplate().getSpec())
            .build();
    client.pods().inNamespace(worker.namespace()).resource(pod).create();
    String name = pod.getMetadata().getName();
    String address =
        await()
            .atMost(PATIENCE)
            .until(() -> address(worker.namespace(), name), found -> !found.isEmpty());
    String before = pods.put(worker.fullName(), name);
    Optional<String> token =
        worker.atPodIdentityAddress()
            ? Optional.of(tokens.podIdentityToken(worker.namespace(), name))
            : Optional.empty();
    Traffic.Program program = traffic.start(worker, address, token);
    await().atMost(PATIENCE).until(() -> program.served() > 0);
    if (before != null) {
      client.pods().inNamespace(worker.namespace()).withName(before).delete();
    }
  }

  private String address(String namespace, String pod) {
    Pod found = client.pods().inNamespace(namespace).withName(pod).require();
    String address = found.getStatus() == null ? null : found.getStatus().getPodIP();
    return address == null ? "" : address;
  }

  /** The workload's pod of now. */
  String podOf(Fleet.Worker worker) {
    return pods.getOrDefault(worker.fullName(), "");
  }

  /** The service account of the workload's pods, as they are made now: {@code namespace/name}. */
  String accountOf(Fleet.Worker worker) {
    return worker.namespace()
        + "/"
        + client
            .apps()
            .deployments()
            .inNamespace(worker.namespace())
            .withName(worker.name())
            .require()
            .getSpec()
            .getTemplate()
            .getSpec()
            .getServiceAccountName();
  }

  /** Applies a plan's patch of a workload, and rolls it. */
  void patch(Fleet.Worker worker, String yaml) {
    client
        .apps()
        .deployments()
        .inNamespace(worker.namespace())
        .withName(worker.name())
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            Serialization.asJson(client.getKubernetesSerialization().unmarshal(yaml, Map.class)));
    roll(worker);
  }
}
