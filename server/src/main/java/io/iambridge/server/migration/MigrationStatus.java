package io.iambridge.server.migration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/**
 * The status of a namespace's Migration.
 *
 * @param mode the namespace's
 * @param target the mechanism that it moves to, or has moved to
 * @param workloads that have a role, or called lately
 * @param callers those that called within 24 hours
 * @param ready {@code 3/4}: pairs of service account and role that are ready, of all; {@code -}
 *     where nothing is tried
 * @param done whether nothing stands in the way of the next mode, or there is none
 * @param fallbacks how many workloads got kiam's credentials within 24 hours because the target
 *     mechanism gave none
 * @param next the next step, in a word or two
 * @param nextStep the same in a sentence
 * @param command to copy; empty when nothing is to be done
 * @param rehearsals by service account and role, what is not ready first
 * @param lines by workload
 * @param fallingBack those that fell back
 * @param retiredAttempts how many calls were refused within two UTC days because the mode is
 *     retired
 * @param leftOut how many lines there was no room for
 */
public record MigrationStatus(
    @JsonPropertyDescription("The namespace's mode: kiam, rehearse, irsa, pod-identity or retired.")
        String mode,
    @JsonPropertyDescription(
            "The mechanism that it moves to, or has moved to: irsa or pod-identity.")
        String target,
    @JsonPropertyDescription("Workloads that have a role, or called lately.") int workloads,
    @JsonPropertyDescription("Those that called within 24 hours.") int callers,
    @JsonPropertyDescription(
            "Pairs of service account and role that are ready, of all; - where nothing is tried.")
        String ready,
    @JsonPropertyDescription(
            "Whether nothing stands in the way of the next mode, or there is none.")
        boolean done,
    @JsonPropertyDescription(
            "Workloads that got kiam's credentials within 24 hours because the target gave none.")
        int fallbacks,
    @JsonPropertyDescription("The next step, in a word or two.") String next,
    @JsonPropertyDescription("The next step in a sentence.") String nextStep,
    @JsonPropertyDescription("The next step to copy; empty when nothing is to be done.")
        String command,
    @JsonPropertyDescription(
            "What came of trying the target, by service account and role; not ready first.")
        List<RehearsalLine> rehearsals,
    @JsonPropertyDescription("What is known of each workload.") List<WorkloadLine> lines,
    @JsonPropertyDescription("Workloads that fell back.") List<FallbackLine> fallingBack,
    @JsonPropertyDescription(
            "Calls that were refused within two UTC days because the mode is retired.")
        long retiredAttempts,
    @JsonPropertyDescription("Lines that there was no room for.") int leftOut) {
  /** Of each list; an object in etcd may have 1.5 MB, a line here has some hundred bytes. */
  public static final int MAX_LINES = 200;

  public MigrationStatus {
    rehearsals = List.copyOf(rehearsals);
    lines = List.copyOf(lines);
    fallingBack = List.copyOf(fallingBack);
  }
}
