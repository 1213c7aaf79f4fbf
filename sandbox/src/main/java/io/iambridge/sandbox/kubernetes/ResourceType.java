package io.iambridge.sandbox.kubernetes;

import java.util.List;

/**
 * A kind of object that the API serves.
 *
 * @param group empty for the core group
 * @param shortNames what kubectl also takes
 * @param ownStatus whether status is changed at its own path only, as in custom resources with a
 *     status subresource; the others are simpler here, see {@link ApiObjects}
 */
record ResourceType(
    String group,
    String version,
    String kind,
    String plural,
    boolean namespaced,
    List<String> shortNames,
    boolean ownStatus) {

  static final ResourceType NAMESPACES = clusterWide("", "v1", "Namespace", "namespaces", "ns");
  static final ResourceType SERVICE_ACCOUNTS =
      namespaced("", "v1", "ServiceAccount", "serviceaccounts", "sa");
  static final ResourceType PODS = namespaced("", "v1", "Pod", "pods", "po");
  static final ResourceType NODES = clusterWide("", "v1", "Node", "nodes", "no");
  static final ResourceType DEFINITIONS =
      clusterWide(
          "apiextensions.k8s.io",
          "v1",
          "CustomResourceDefinition",
          "customresourcedefinitions",
          "crd");

  /** Everything served from the start; custom resources may come to it. */
  static final List<ResourceType> ALL =
      List.of(
          NAMESPACES,
          SERVICE_ACCOUNTS,
          PODS,
          NODES,
          namespaced("", "v1", "Event", "events", "ev"),
          namespaced("", "v1", "ConfigMap", "configmaps", "cm"),
          namespaced("events.k8s.io", "v1", "Event", "events", "ev"),
          namespaced("coordination.k8s.io", "v1", "Lease", "leases"),
          namespaced("apps", "v1", "Deployment", "deployments", "deploy"),
          namespaced("apps", "v1", "StatefulSet", "statefulsets", "sts"),
          namespaced("apps", "v1", "DaemonSet", "daemonsets", "ds"),
          namespaced("apps", "v1", "ReplicaSet", "replicasets", "rs"),
          namespaced("batch", "v1", "Job", "jobs"),
          namespaced("batch", "v1", "CronJob", "cronjobs", "cj"),
          namespaced("rbac.authorization.k8s.io", "v1", "Role", "roles"),
          namespaced("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
          clusterWide(
              "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings"),
          DEFINITIONS,
          ofIambridge("Migration", "migrations", "mig"),
          ofIambridge("Evidence", "evidences"));

  ResourceType {
    shortNames = List.copyOf(shortNames);
  }

  private static ResourceType namespaced(
      String group, String version, String kind, String plural, String... shortNames) {
    return new ResourceType(
        group,
        version,
        kind,
        plural,
        /* namespaced= */ true,
        List.of(shortNames),
        /* ownStatus= */ false);
  }

  private static ResourceType clusterWide(
      String group, String version, String kind, String plural, String... shortNames) {
    return new ResourceType(
        group,
        version,
        kind,
        plural,
        /* namespaced= */ false,
        List.of(shortNames),
        /* ownStatus= */ false);
  }

  /** Served before its definition is there, so that a test needs no YAML. */
  private static ResourceType ofIambridge(String kind, String plural, String... shortNames) {
    return new ResourceType(
        "iambridge.io",
        "v1alpha1",
        kind,
        plural,
        /* namespaced= */ true,
        List.of(shortNames),
        /* ownStatus= */ true);
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** How error messages name it: {@code pods} or {@code leases.coordination.k8s.io}. */
  String qualifiedName() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** Whether objects of both are the same objects, whatever else a definition has changed. */
  boolean isSame(ResourceType other) {
    return qualifiedName().equals(other.qualifiedName());
  }
}
