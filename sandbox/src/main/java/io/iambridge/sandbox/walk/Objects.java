package io.iambridge.sandbox.walk;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.kubernetes.DemoKubelet;
import java.util.HashMap;
import java.util.Map;

/**
 * A namespace in the Kubernetes API: a service account, a Deployment of its name, and the one pod
 * of that, which no controller makes here.
 */
record Objects(KubernetesClient client) {
  private static final String IMAGE = "example.com/app";

  void create(DemoPod demo, String role) {
    String[] name = demo.name().split("-", 3);
    String workload = name[0];
    namespace(demo.namespace());
    account(demo.namespace(), workload, role);
    deployment(demo, workload);
    pod(demo, workload, name[1]);
  }

  private void namespace(String name) {
    client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations("iam.amazonaws.com/permitted", ".*:role/" + name)
                .endMetadata()
                .build())
        .create();
  }

  private void account(String namespace, String name, String role) {
    client
        .serviceAccounts()
        .inNamespace(namespace)
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations("eks.amazonaws.com/role-arn", role)
                .endMetadata()
                .build())
        .create();
  }

  private void deployment(DemoPod demo, String name) {
    client
        .apps()
        .deployments()
        .inNamespace(demo.namespace())
        .resource(
            new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .addToAnnotations(demo.annotations())
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName(name)
                .addNewContainer()
                .withName("app")
                .withImage(IMAGE)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();
  }

  private void pod(DemoPod demo, String workload, String hash) {
    Map<String, String> annotations = new HashMap<>(demo.annotations());
    annotations.put(DemoKubelet.ADDRESS_ANNOTATION, demo.address());
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(demo.namespace())
            .withName(demo.name())
            .withAnnotations(annotations)
            .addToLabels("app", workload)
            .addToLabels("pod-template-hash", hash)
            .addNewOwnerReference()
            .withApiVersion("apps/v1")
            .withKind("ReplicaSet")
            .withName(workload + "-" + hash)
            .withUid("00000000-0000-0000-0000-000000000000")
            .withController(true)
            .endOwnerReference()
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName(workload)
            .addNewContainer()
            .withName("app")
            .withImage(IMAGE)
            .endContainer()
            .endSpec()
            .build();
    client.pods().inNamespace(demo.namespace()).resource(pod).create();
  }
}
