package io.iambridge.server.plan.input;

import io.iambridge.server.evidence.Calls;
import java.util.List;
import java.util.Map;

/**
 * A workload: what owns pods.
 *
 * @param kind {@code Deployment}, {@code CronJob}, {@code Pod} for one that nobody owns, …
 * @param name metadata.name
 * @param serviceAccount of its pod template
 * @param annotations of its pod template: those of iam.amazonaws.com
 * @param hostNetwork of its pod template
 * @param pods that it has now
 * @param calls what evidence has of it
 */
public record WorkloadFacts(
    String kind,
    String name,
    String serviceAccount,
    Map<String, String> annotations,
    boolean hostNetwork,
    List<PodFacts> pods,
    List<Calls> calls) {
  public WorkloadFacts {
    annotations = Map.copyOf(annotations);
    pods = List.copyOf(pods);
    calls = List.copyOf(calls);
  }

  /** {@code Deployment/web}. */
  public String title() {
    return kind + "/" + name;
  }

  /** Without the annotations, which may hold an external id. */
  @Override
  public String toString() {
    return title();
  }
}
