package io.iambridge.server.plan.model;

import io.iambridge.server.roles.RoleArn;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A workload, and what is to be done with it.
 *
 * @param kind {@code Deployment}, …
 * @param name metadata.name
 * @param role that it has; empty when it has none, or may not have it
 * @param from its service account
 * @param to the service account that it is to have
 */
public record WorkloadWork(
    String kind, String name, Optional<RoleArn> role, String from, String to) {
  private static final Map<String, String> API_VERSIONS =
      Map.of(
          "Deployment", "apps/v1",
          "StatefulSet", "apps/v1",
          "DaemonSet", "apps/v1",
          "ReplicaSet", "apps/v1",
          "ReplicationController", "v1",
          "CronJob", "batch/v1");

  /** {@code Deployment/web}. */
  public String title() {
    return kind + "/" + name;
  }

  /** Whether it changes its service account. */
  public boolean moves() {
    return !from.equals(to);
  }

  /** The version of Kubernetes' API that has its kind; empty where its template is fixed. */
  public Optional<String> apiVersion() {
    return Optional.ofNullable(API_VERSIONS.get(kind));
  }

  /** Whether there is a patch that moves it. */
  public boolean isPatched() {
    return moves() && apiVersion().isPresent();
  }

  /** The name of the file with its patch. */
  public String patchFile() {
    return "patch-" + kind.toLowerCase(Locale.ROOT) + "-" + name + ".yaml";
  }

  /** Whether {@code kubectl rollout} knows it. */
  public boolean rollsOut() {
    return switch (kind) {
      case "Deployment", "StatefulSet", "DaemonSet" -> true;
      default -> false;
    };
  }
}
