package io.iambridge.sandbox.kubernetes;

import java.util.List;

/**
 * A kind of object that the API serves.
 *
 * @param group empty for the core group
 * @param shortNames what kubectl also takes
 */
record ResourceType(
    String group,
    String version,
    String kind,
    String plural,
    boolean namespaced,
    List<String> shortNames) {

  static final ResourceType NAMESPACES =
      new ResourceType("", "v1", "Namespace", "namespaces", /* namespaced= */ false, List.of("ns"));
  static final ResourceType SERVICE_ACCOUNTS =
      new ResourceType(
          "", "v1", "ServiceAccount", "serviceaccounts", /* namespaced= */ true, List.of("sa"));
  static final ResourceType PODS =
      new ResourceType("", "v1", "Pod", "pods", /* namespaced= */ true, List.of("po"));

  /** Everything served. */
  static final List<ResourceType> ALL =
      List.of(
          NAMESPACES,
          SERVICE_ACCOUNTS,
          PODS,
          new ResourceType("", "v1", "Node", "nodes", /* namespaced= */ false, List.of("no")),
          new ResourceType("", "v1", "Event", "events", /* namespaced= */ true, List.of("ev")),
          new ResourceType(
              "", "v1", "ConfigMap", "configmaps", /* namespaced= */ true, List.of("cm")),
          new ResourceType(
              "events.k8s.io", "v1", "Event", "events", /* namespaced= */ true, List.of("ev")),
          new ResourceType(
              "coordination.k8s.io", "v1", "Lease", "leases", /* namespaced= */ true, List.of()));

  ResourceType {
    shortNames = List.copyOf(shortNames);
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** How error messages name it: {@code pods} or {@code leases.coordination.k8s.io}. */
  String qualifiedName() {
    return group.isEmpty() ? plural : plural + "." + group;
  }
}
