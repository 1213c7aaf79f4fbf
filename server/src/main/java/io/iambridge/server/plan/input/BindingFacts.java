package io.iambridge.server.plan.input;

/**
 * What gives a service account permissions in Kubernetes.
 *
 * @param kind {@code RoleBinding} or {@code ClusterRoleBinding}
 * @param namespace the binding's; empty for a ClusterRoleBinding
 * @param name metadata.name
 * @param roleKind {@code Role} or {@code ClusterRole}
 * @param roleName of that role
 */
public record BindingFacts(
    String kind, String namespace, String name, String roleKind, String roleName) {}
