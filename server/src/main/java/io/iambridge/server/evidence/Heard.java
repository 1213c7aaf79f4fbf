package io.iambridge.server.evidence;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the evidence of all namespaces together tells of whether anybody watched.
 *
 * @param last when the latest call of anybody was, RFC 3339; empty for none
 * @param days UTC days on which anybody called, as {@link LocalDate} writes them
 */
public record Heard(String last, Set<String> days) {
  /** Nobody ever. */
  public static final Heard NOTHING = new Heard("", Set.of());

  public Heard {
    days = Set.copyOf(days);
  }

  /** Of all there is. */
  public static Heard of(Collection<EvidenceStatus> all) {
    return new Heard(
        calls(all).map(Calls::last).max(String::compareTo).orElse(""),
        calls(all).flatMap(calls -> calls.perDay().keySet().stream()).collect(Collectors.toSet()));
  }

  private static Stream<Calls> calls(Collection<EvidenceStatus> all) {
    return all.stream()
        .flatMap(status -> status.workloads().stream())
        .flatMap(workload -> workload.calls().stream());
  }

  /**
   * Whether there was somebody to see calls in the last 24 hours: somebody's was seen since, and on
   * each of the two UTC days before this one. Whoever was away for two days missed one of these.
   */
  public boolean tellsOfTheDayBefore(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    return last.compareTo(now.minusSeconds(86_400).toString()) > 0
        && days.contains(today.minusDays(1).toString())
        && days.contains(today.minusDays(2).toString());
  }
}
