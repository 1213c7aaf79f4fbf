package io.iambridge.server.evidence;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of a namespace's callers.
 *
 * @param workloads by kind and name
 * @param batches what is merged: of each run of an agent the name of its last report, the latest
 *     last; a report that comes again counts once
 */
public record EvidenceStatus(
    @JsonPropertyDescription("What was seen, by workload.") List<WorkloadEvidence> workloads,
    @JsonPropertyDescription("Reports that are merged; each counts once.") List<String> batches) {
  /** For how many UTC days, today among them, it is told how often somebody called. */
  public static final int DAYS = 8;

  /** Of a namespace of which nothing was seen. */
  public static final EvidenceStatus EMPTY = new EvidenceStatus(List.of(), List.of());

  /** Fields that an object lacks are empty. */
  public EvidenceStatus(
      @Nullable List<WorkloadEvidence> workloads, @Nullable List<String> batches) {
    this.workloads = workloads == null ? List.of() : List.copyOf(workloads);
    this.batches = batches == null ? List.of() : List.copyOf(batches);
  }
}
