package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.PlanSettings;
import java.util.List;

/**
 * A plan.
 *
 * @param cluster as AWS knows it
 * @param settings with which it was made
 * @param shared what namespaces have in common
 * @param namespaces in their order
 * @param gaps what could not be read, each in a sentence
 */
public record Plan(
    ClusterFacts cluster,
    PlanSettings settings,
    SharedPlan shared,
    List<NamespacePlan> namespaces,
    List<String> gaps) {
  public Plan {
    namespaces = List.copyOf(namespaces);
    gaps = List.copyOf(gaps);
  }

  /** Whether anything stands in the way of any step. */
  public boolean blocked() {
    return !shared.blocks().isEmpty()
        || namespaces.stream().anyMatch(namespace -> !namespace.blocks().isEmpty());
  }
}
