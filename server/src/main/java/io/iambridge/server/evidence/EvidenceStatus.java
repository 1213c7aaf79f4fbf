package io.iambridge.server.evidence;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of a namespace's callers.
 *
 * @param workloads by kind and name
 * @param batches what is merged: of each run of an agent the name of its last report, the latest
 *     last; a report that comes again counts once
 * @param lostAt when something of the namespace was last seen and could not be kept, RFC 3339;
 *     empty for never
 */
public record EvidenceStatus(
    @JsonPropertyDescription("What was seen, by workload.") List<WorkloadEvidence> workloads,
    @JsonPropertyDescription("Reports that are merged; each counts once.") List<String> batches,
    @JsonPropertyDescription(
            "When something was last seen that could not be kept here, RFC 3339; empty for never.")
        String lostAt) {
  /** For how many UTC days, today among them, it is told how often somebody called. */
  public static final int DAYS = 8;

  /** Of a namespace of which nothing was seen. */
  public static final EvidenceStatus EMPTY = new EvidenceStatus(List.of(), List.of());

  /** Of which nothing was lost. */
  public EvidenceStatus(List<WorkloadEvidence> workloads, List<String> batches) {
    this(workloads, batches, /* lostAt= */ "");
  }

  /** Fields that an object lacks are empty. */
  public EvidenceStatus(
      @Nullable List<WorkloadEvidence> workloads,
      @Nullable List<String> batches,
      @Nullable String lostAt) {
    this.workloads = workloads == null ? List.of() : List.copyOf(workloads);
    this.batches = batches == null ? List.of() : List.copyOf(batches);
    this.lostAt = lostAt == null ? "" : lostAt;
  }

  /** The same, of which something was lost then, unless more was later. */
  EvidenceStatus lost(Instant then) {
    String at = DateTimeFormatter.ISO_INSTANT.format(then.truncatedTo(ChronoUnit.SECONDS));
    return at.compareTo(lostAt) > 0 ? new EvidenceStatus(workloads, batches, at) : this;
  }
}
