package io.iambridge.server.evidence;

import java.util.List;

/**
 * The status of {@link Evidence}.
 *
 * @param workloads by kind and name
 * @param batches names of the reports that were merged last, each of which counts once
 */
public record EvidenceStatus(List<WorkloadEvidence> workloads, List<String> batches) {
  public EvidenceStatus {
    workloads = List.copyOf(workloads);
    batches = List.copyOf(batches);
  }
}
