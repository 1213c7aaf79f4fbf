package io.iambridge.server.evidence;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.iambridge.server.cluster.Workload;
import java.util.List;

/**
 * What was seen of one workload's pods.
 *
 * @param kind of the workload: {@code Deployment}, …
 * @param name of the workload
 * @param serviceAccount of the pods that were seen last
 * @param calls those that are alike together, the latest first; never empty
 */
public record WorkloadEvidence(
    @JsonPropertyDescription("Deployment, CronJob, ...; Pod for one that nobody made.") String kind,
    @JsonPropertyDescription("The workload's name.") String name,
    @JsonPropertyDescription("Of the pods that were seen last.") String serviceAccount,
    @JsonPropertyDescription("Calls that are alike together, the latest first.")
        List<Calls> calls) {
  public WorkloadEvidence {
    calls = List.copyOf(calls);
  }

  /** Whose pods they are. */
  Workload workload() {
    return new Workload(kind, name);
  }

  /** When the last call was; empty when there was none. */
  String lastCall() {
    return calls.isEmpty() ? "" : calls.getFirst().last();
  }
}
