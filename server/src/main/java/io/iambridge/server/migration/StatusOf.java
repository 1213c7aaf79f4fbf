package io.iambridge.server.migration;

import io.iambridge.server.cluster.CarriedIdentity;
import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.JsonSize;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Rehearsed;
import io.iambridge.server.rehearsal.Seen;
import io.iambridge.server.rehearsal.Selection;
import io.iambridge.server.rehearsal.Trial;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.targets.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes a namespace's status. Pure: the same inputs give the same status, and time alone changes it
 * only when a call gets older than a day, or than what is kept.
 */
public final class StatusOf {
  private static final Duration LATELY = Duration.ofHours(24);
  private static final Duration KEPT = Duration.ofDays(EvidenceStatus.DAYS);
  private static final Duration GONE = Duration.ofDays(2);

  /** Somebody may have called since evidence was read so long ago. */
  private static final Duration STALE = Duration.ofMinutes(5);

  // Of JsonSize.MOST, in bytes; the rest of a status is short.
  private static final int REHEARSALS = 450_000;
  private static final int LINES = 350_000;
  private static final int FALLBACKS = 150_000;

  private static final String RETIRED = Mode.RETIRED.label();
  private static final String REFUSED = "refused";

  private final Modes modes;
  private final RoleResolver roles;
  private final SdkSupport sdks;

  /** What is known of one workload. */
  private record Known(Workload workload, List<Pod> pods, Optional<WorkloadEvidence> evidence) {
    /** Whether it has pods, and each of them an identity of its own. */
    boolean carriesNow() {
      return !pods.isEmpty() && pods.stream().noneMatch(pod -> pod.origin().carries().isEmpty());
    }

    /** The latest first. */
    List<Calls> calls() {
      return evidence.map(WorkloadEvidence::calls).orElse(List.of()).stream()
          .sorted(Comparator.comparing(StatusOf::last).reversed())
          .toList();
    }
  }

  /** With what knows of modes, roles and SDKs. */
  public StatusOf(Modes modes, RoleResolver roles, SdkSupport sdks) {
    this.modes = modes;
    this.roles = roles;
    this.sdks = sdks;
  }

  /**
   * Whom evidence knows to have called, with the role of its latest call: for what has no pod just
   * now, such as a weekly CronJob. What comes again only when somebody makes it may be gone for
   * good, and counts for two days.
   */
  public static List<Seen> seen(List<WorkloadEvidence> evidence, Instant now) {
    List<Seen> seen = new ArrayList<>();
    for (WorkloadEvidence workload : evidence) {
      workload.calls().stream()
          .filter(
              calls -> !calls.role().isEmpty() && last(calls).isAfter(now.minus(counts(workload))))
          .max(Comparator.comparing(StatusOf::last))
          .map(calls ->
              new Seen(
                  new Workload(workload.kind(), workload.name()),
                  workload.serviceAccount(),
                  calls.role()))
          .ifPresent(seen::add);
    }
    return seen;
  }

  private static Duration counts(WorkloadEvidence workload) {
    return workload.kind().equals("CronJob") ? KEPT : GONE;
  }

  /** The status; empty where a namespace has no caller, no role and no label, and needs none. */
  public Optional<MigrationStatus> of(Inputs inputs) {
    NamespaceView view = inputs.view();
    Mode mode = modes.of(view.namespace()).mode();
    List<Known> workloads = workloads(inputs);
    if (workloads.isEmpty()
        && inputs.rehearsed().isEmpty()
        && !view.namespace().labels().containsKey(Mode.LABEL)) {
      return Optional.empty();
    }
    List<WorkloadLine> lines = workloads.stream().map(known -> line(known, inputs, mode)).toList();
    List<FallbackLine> fallbacks =
        workloads.stream().flatMap(known -> fallback(known, inputs).stream()).toList();
    List<RehearsalLine> rehearsals =
        inputs.rehearsed().stream()
            .sorted(Comparator.comparing(Rehearsed::isReady))
            .map(StatusOf::line)
            .toList();
    List<RehearsalLine> keptRehearsals = cut(rehearsals, REHEARSALS);
    List<WorkloadLine> keptLines = latest(lines);
    List<FallbackLine> keptFallbacks = cut(fallbacks, FALLBACKS);
    int ready = (int) inputs.rehearsed().stream().filter(Rehearsed::isReady).count();
    NextStep next = NextStep.of(facts(inputs, mode, workloads, lines, fallbacks.size(), ready));
    return Optional.of(
        new MigrationStatus(
            mode.label(),
            inputs.target().label(),
            workloads.size(),
            callers(workloads, inputs.now()),
            inputs.rehearsed().isEmpty() ? "-" : ready + "/" + inputs.rehearsed().size(),
            next.done(),
            fallbacks.size(),
            next.word(),
            next.sentence(),
            next.command(),
            keptRehearsals,
            keptLines,
            keptFallbacks,
            retiredAttempts(workloads, inputs.now()),
            rehearsals.size()
                - keptRehearsals.size()
                + lines.size()
                - keptLines.size()
                + fallbacks.size()
                - keptFallbacks.size()));
  }

  private NextStep.Facts facts(
      Inputs inputs,
      Mode mode,
      List<Known> workloads,
      List<WorkloadLine> lines,
      int fallbacks,
      int ready) {
    String firstFinding =
        inputs.rehearsed().stream()
            .filter(one -> !one.isReady() && one.finding().isPresent())
            .map(Rehearsed::word)
            .findFirst()
            .orElse("");
    List<String> returning = returning(inputs, mode, workloads);
    List<String> unchanged = unchanged(inputs, workloads);
    List<WorkloadLine> calling =
        lines.stream().filter(line -> isLately(line.lastCall(), inputs.now())).toList();
    return new NextStep.Facts(
        inputs.view().namespace().name(),
        mode,
        inputs.target(),
        inputs.rehearsed().size(),
        ready,
        (int) inputs.rehearsed().stream().filter(one -> one.finding().isEmpty()).count()
            + (inputs.settled() || !inputs.rehearsed().isEmpty() ? 0 : 1),
        firstFinding,
        mode == Mode.RETIRED ? refused(workloads, inputs.now()) : calling.size(),
        fallbacks,
        (int) calling.stream().filter(WorkloadLine::silentFallback).count(),
        (int) calling.stream().filter(line -> line.carries().isEmpty()).count(),
        (int) calling.stream().filter(line -> line.canUse(inputs.target()).equals("no")).count(),
        returning.size(),
        returning.stream().findFirst().orElse(""),
        unchanged.size(),
        unchanged.stream().findFirst().orElse(""),
        (int)
            inputs.rehearsed().stream()
                .filter(one -> one.trial().how() instanceof Trial.How.LeftOut)
                .filter(one -> one.finding().isEmpty())
                .count(),
        unknown(inputs));
  }

  /** Those with a pod that has a role, and not the environment of the target: it may call yet. */
  private List<String> unchanged(Inputs inputs, List<Known> workloads) {
    CarriedIdentity own =
        switch (inputs.target()) {
          case IRSA -> CarriedIdentity.IRSA;
          case POD_IDENTITY -> CarriedIdentity.POD_IDENTITY;
        };
    return workloads.stream()
        .filter(known ->
            known.pods().stream()
                .filter(pod -> !pod.origin().carries().contains(own))
                .filter(pod -> modes.of(inputs.view().namespace(), pod).mode() != Mode.RETIRED)
                .anyMatch(pod -> !roleNow(inputs.view(), pod).isEmpty()))
        .map(known -> known.workload().toString())
        .toList();
  }

  /** Why nobody's having been seen within a day does not say that nobody calls. */
  private static Optional<String> unknown(Inputs inputs) {
    if (inputs.readAt().filter(read -> read.isAfter(inputs.now().minus(STALE))).isEmpty()) {
      return Optional.of("evidence cannot be read");
    }
    if (inputs.failing()) {
      return Optional.of("evidence cannot be written");
    }
    Instant dayAgo = inputs.now().minus(LATELY);
    if (inputs.evidence().filter(status -> instant(status.lostAt()).isAfter(dayAgo)).isPresent()) {
      return Optional.of("some evidence was lost within 24 hours");
    }
    boolean knownForADay =
        !inputs.since().isAfter(dayAgo)
            || (inputs.heard().tellsOfTheDayBefore(inputs.now())
                && inputs.evidence().stream()
                    .flatMap(status -> status.workloads().stream())
                    .flatMap(workload -> workload.calls().stream())
                    .flatMap(StatusOf::observations)
                    .anyMatch(observed -> !observed.isAfter(dayAgo)));
    return knownForADay
        ? Optional.empty()
        : Optional.of("the namespace has been watched for less than 24 hours");
  }

  /**
   * Those that have not called within a day but within the days that are kept, and may come again:
   * a CronJob that runs once a week has no pod in between.
   */
  private static List<String> returning(Inputs inputs, Mode mode, List<Known> workloads) {
    return workloads.stream()
        .filter(known ->
            known.calls().stream()
                .noneMatch(calls -> counts(calls, mode) && isLately(minute(calls), inputs.now())))
        .filter(known ->
            known.calls().stream()
                .filter(calls -> counts(calls, mode))
                // Pods of before they had an identity of their own are gone.
                .filter(calls -> !calls.carries().isEmpty() || !known.carriesNow())
                .anyMatch(calls -> last(calls).isAfter(inputs.now().minus(KEPT))))
        .map(known -> known.workload().toString())
        .toList();
  }

  /** Of a retired namespace it only matters who asked in vain. */
  private static boolean counts(Calls calls, Mode mode) {
    return mode != Mode.RETIRED || calls.mode().equals(RETIRED);
  }

  /** Moments by which something was seen: of a day only that it is over is known. */
  private static Stream<Instant> observations(Calls calls) {
    return Stream.concat(
            Stream.of(last(calls)), calls.perDay().keySet().stream().flatMap(StatusOf::endOf))
        .filter(observed -> !observed.equals(Instant.EPOCH));
  }

  private static Stream<Instant> endOf(String day) {
    try {
      return Stream.of(LocalDate.parse(day).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
    } catch (DateTimeParseException e) {
      return Stream.empty();
    }
  }

  /** Workloads with a role now, or that called; in order. */
  private List<Known> workloads(Inputs inputs) {
    Map<Workload, List<Pod>> pods = new HashMap<>();
    for (Pod pod : inputs.view().pods()) {
      if (pod.lives()) {
        pods.computeIfAbsent(pod.origin().workload(), key -> new ArrayList<>()).add(pod);
      }
    }
    Map<Workload, WorkloadEvidence> evidence = new HashMap<>();
    inputs.evidence().stream()
        .flatMap(status -> status.workloads().stream())
        .forEach(one -> evidence.put(new Workload(one.kind(), one.name()), one));
    Map<Workload, Known> known =
        new TreeMap<>(Comparator.comparing(Workload::kind).thenComparing(Workload::name));
    pods.forEach((workload, its) -> {
      if (its.stream().anyMatch(pod -> !roleNow(inputs.view(), pod).isEmpty())) {
        known.put(workload, new Known(workload, its, Optional.ofNullable(evidence.get(workload))));
      }
    });
    evidence.forEach((workload, its) ->
        known.computeIfAbsent(
            workload,
            key -> new Known(workload, pods.getOrDefault(key, List.of()), Optional.of(its))));
    return List.copyOf(known.values());
  }

  private String roleNow(NamespaceView view, Pod pod) {
    return Selection.roleNow(roles, view, pod);
  }

  private WorkloadLine line(Known known, Inputs inputs, Mode mode) {
    List<Calls> calls = known.calls();
    Optional<Calls> last = calls.stream().findFirst();
    Optional<Pod> pod = known.pods().stream().findFirst();
    List<String> carries =
        known.pods().stream()
            .flatMap(one -> one.origin().carries().stream())
            .distinct()
            .sorted()
            .map(StatusOf::label)
            .toList();
    String lastCall = last.map(StatusOf::minute).orElse("");
    List<Calls> lately = calls.stream().filter(one -> isLately(minute(one), inputs.now())).toList();
    boolean silent =
        lately.stream()
            // Not those that use EKS Pod Identity as they should, which we answer, too.
            .anyMatch(one -> !one.carries().isEmpty() && one.path().startsWith("imds"));
    SdksSeen seen = SdksSeen.of(lately.isEmpty() ? last.stream().toList() : lately, sdks);
    return new WorkloadLine(
        known.workload().toString(),
        pod.map(Pod::serviceAccount)
            .or(() -> known.evidence().map(WorkloadEvidence::serviceAccount))
            .orElse(""),
        known.pods().size(),
        pod.map(one -> modes.of(inputs.view().namespace(), one).mode())
            .filter(its -> its != mode)
            .map(Mode::label)
            .orElse(""),
        last.map(Calls::role)
            .filter(role -> !role.isEmpty())
            .or(() -> pod.map(one -> roleNow(inputs.view(), one)))
            .orElse(""),
        lastCall,
        callsLastDay(calls, inputs.now()),
        last.map(Calls::mechanism).orElse(""),
        last.map(Calls::path).orElse(""),
        seen.shown(inputs.target()),
        seen.canUse(Target.IRSA),
        seen.canUse(Target.POD_IDENTITY),
        carries,
        silent);
  }

  private static String label(CarriedIdentity identity) {
    return identity.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Optional<FallbackLine> fallback(Known known, Inputs inputs) {
    return known.calls().stream()
        .filter(calls -> calls.fallback() && isLately(minute(calls), inputs.now()))
        // One that has since been served by the target is mended.
        .filter(calls ->
            known.calls().stream()
                .filter(other -> other.role().equals(calls.role()))
                .findFirst()
                .equals(Optional.of(calls)))
        .findFirst()
        .map(calls ->
            new FallbackLine(
                known.workload().toString(),
                calls.role(),
                inputs.rehearsed().stream()
                    .filter(one -> one.trial().workloads().contains(known.workload()))
                    .flatMap(one -> one.finding().stream())
                    .filter(finding -> finding != Finding.READY)
                    .map(Finding::word)
                    .findFirst()
                    .orElse(""),
                minute(calls)));
  }

  private static RehearsalLine line(Rehearsed one) {
    return new RehearsalLine(
        one.trial().serviceAccount(),
        one.trial().role(),
        one.trial().target().label(),
        one.word(),
        one.ownWords(),
        one.remedy(),
        one.trial().workloads().stream().limit(20).map(Objects::toString).toList(),
        one.finding().isEmpty() ? "" : one.since().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static int callers(List<Known> workloads, Instant now) {
    return (int)
        workloads.stream()
            .filter(known -> known.calls().stream().anyMatch(calls -> isLately(minute(calls), now)))
            .count();
  }

  private static int refused(List<Known> workloads, Instant now) {
    return (int)
        workloads.stream()
            .filter(known ->
                known.calls().stream()
                    .anyMatch(calls -> isRefused(calls) && isLately(minute(calls), now)))
            .count();
  }

  /** Not what failed for another reason before the mode could refuse it. */
  private static boolean isRefused(Calls calls) {
    return calls.mode().equals(RETIRED) && calls.outcome().equals(REFUSED);
  }

  private static long retiredAttempts(List<Known> workloads, Instant now) {
    return workloads.stream()
        .flatMap(known -> known.calls().stream())
        .filter(StatusOf::isRefused)
        .flatMap(calls -> Stream.of(day(calls, now, 0), day(calls, now, 1)))
        .mapToLong(Long::longValue)
        .sum();
  }

  private static long callsLastDay(List<Calls> calls, Instant now) {
    return Math.max(
        calls.stream().mapToLong(one -> day(one, now, 0)).sum(),
        calls.stream().mapToLong(one -> day(one, now, 1)).sum());
  }

  private static long day(Calls calls, Instant now, int before) {
    LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(before);
    return calls.perDay().getOrDefault(day.toString(), 0L);
  }

  private static Instant last(Calls calls) {
    return instant(calls.last());
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }

  /** A status that is written anew with every call would keep the API server busy. */
  private static String minute(Calls calls) {
    return last(calls).truncatedTo(ChronoUnit.MINUTES).toString();
  }

  private static boolean isLately(String lastCall, Instant now) {
    return !lastCall.isEmpty() && Instant.parse(lastCall).isAfter(now.minus(LATELY));
  }

  /** Those of the latest calls, in their order. */
  private static List<WorkloadLine> latest(List<WorkloadLine> lines) {
    List<WorkloadLine> latestFirst =
        lines.stream().sorted(Comparator.comparing(WorkloadLine::lastCall).reversed()).toList();
    Set<WorkloadLine> kept = Set.copyOf(cut(latestFirst, LINES));
    return lines.stream().filter(kept::contains).toList();
  }

  private static <T> List<T> cut(List<T> lines, int mostBytes) {
    int bytes = 0;
    int kept = 0;
    while (kept < Math.min(lines.size(), MigrationStatus.MAX_LINES)) {
      bytes += JsonSize.of(lines.get(kept));
      if (bytes > mostBytes) {
        break;
      }
      kept++;
    }
    return lines.subList(0, kept);
  }
}
