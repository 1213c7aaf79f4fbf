package io.iambridge.server.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.Mechanism;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import io.iambridge.proto.v1.ReportEvidenceResponse;
import io.iambridge.server.evidence.AttemptListener;
import io.iambridge.server.evidence.BatchName;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.EvidenceKeeper;
import io.iambridge.server.evidence.EvidenceStoreException;
import io.iambridge.server.evidence.KnownPods;
import io.iambridge.server.evidence.PodFacts;
import io.iambridge.server.evidence.Report;
import io.iambridge.server.metrics.EvidenceLoss;
import io.iambridge.server.metrics.ServerMetrics;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * Takes what agents saw of their callers. An agent is believed what its node's pods asked and how,
 * and nothing else: whose they are and what they may have is what the server knows of them.
 */
public final class EvidenceAnswers {
  /** As the contract says. */
  static final int MOST_EVIDENCE = 5_000;

  /** More calls of one kind than a node can answer between two reports. */
  private static final long MOST_CALLS = 1_000_000_000L;

  /** The contract's 32 characters; they end up in an object that people read. */
  private static final Pattern SDK = Pattern.compile("[0-9A-Za-z._+-]{0,32}");

  /** What an agent has kept over days without a server is of that time. */
  private static final Duration OLDEST = Duration.ofDays(7);

  /** An agent knows the server's time by some seconds. */
  private static final Duration AHEAD = Duration.ofMinutes(1);

  private final KnownPods pods;
  private final AttemptListener attempts;
  private final EvidenceKeeper keeper;
  private final InstantSource clock;
  private final ServerMetrics metrics;

  /**
   * Of these pods, kept by this keeper.
   *
   * @param attempts hears which pods were refused
   */
  public EvidenceAnswers(
      KnownPods pods,
      AttemptListener attempts,
      EvidenceKeeper keeper,
      InstantSource clock,
      ServerMetrics metrics) {
    this.pods = pods;
    this.attempts = attempts;
    this.keeper = keeper;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Completes when it is kept; fails with a refusal. */
  CompletableFuture<ReportEvidenceResponse> report(ReportEvidenceRequest request, String node) {
    Map<String, List<Report.Row>> rows;
    BatchName name;
    try {
      name =
          BatchName.sent(node, request.getBatch()).orElseThrow(() -> invalid("the batch's name"));
      rows = rows(request, node);
    } catch (StatusRuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return keeper
        .keep(name, rows)
        .handle((kept, failure) -> {
          if (failure != null) {
            throw refusal(failure);
          }
          return ReportEvidenceResponse.getDefaultInstance();
        });
  }

  /** Takes no more; what is there is written and answered. */
  void drain() {
    keeper.drain();
  }

  private static RuntimeException refusal(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof EvidenceStoreException
        ? Refusal.of(Reason.SERVER_NOT_READY, String.valueOf(cause.getMessage()))
        : new CompletionException(cause);
  }

  private Map<String, List<Report.Row>> rows(ReportEvidenceRequest request, String node) {
    if (request.getEvidenceCount() > MOST_EVIDENCE) {
      throw invalid("the number of rows");
    }
    Map<String, List<Report.Row>> rows = new HashMap<>();
    List<String> refused = new ArrayList<>();
    int unknown = 0;
    for (Evidence evidence : request.getEvidenceList()) {
      check(evidence);
      Optional<PodFacts> pod = pods.find(evidence.getPodUid());
      if (pod.isEmpty()) {
        unknown++;
      } else if (!pod.get().node().equals(node)) {
        throw Refusal.of(
            Reason.OTHER_NODE, "evidence of a pod that is not on node %s".formatted(node));
      } else {
        rows.computeIfAbsent(pod.get().namespace(), _ -> new ArrayList<>())
            .add(row(evidence, pod.get()));
        if (evidence.getOutcome() == Evidence.Outcome.REFUSED) {
          refused.add(evidence.getPodUid());
        }
      }
    }
    refused.forEach(attempts::refused);
    metrics.evidenceLost(EvidenceLoss.UNKNOWN_POD, unknown);
    return rows;
  }

  private static void check(Evidence evidence) {
    boolean whole =
        evidence.getPath() != Evidence.Path.PATH_UNSPECIFIED
            && evidence.getPath() != Evidence.Path.UNRECOGNIZED
            && evidence.getOutcome() != Evidence.Outcome.OUTCOME_UNSPECIFIED
            && evidence.getOutcome() != Evidence.Outcome.UNRECOGNIZED
            && evidence.getMechanism() != Mechanism.UNRECOGNIZED;
    if (!whole) {
      throw invalid("path, outcome or mechanism");
    }
    // uint64 is negative beyond what Java holds.
    if (evidence.getCalls() < 1 || evidence.getCalls() > MOST_CALLS) {
      throw invalid("the number of calls");
    }
    if (!SDK.matcher(evidence.getSdk()).matches()
        || !SDK.matcher(evidence.getSdkVersion()).matches()) {
      throw invalid("the SDK");
    }
  }

  private static StatusRuntimeException invalid(String what) {
    return Status.INVALID_ARGUMENT
        .withDescription(what + " is not as in the contract")
        .asRuntimeException();
  }

  private Report.Row row(Evidence evidence, PodFacts pod) {
    Instant last = last(evidence);
    boolean served = evidence.getOutcome() == Evidence.Outcome.SERVED;
    Calls calls =
        new Calls(
            pod.role(),
            pod.mode(),
            evidence.getMechanism() == Mechanism.MECHANISM_UNSPECIFIED
                ? ""
                : label(evidence.getMechanism()),
            evidence.getFallback() || (served && pod.fellBack()),
            label(evidence.getPath()),
            label(evidence.getOutcome()),
            evidence.getSdk(),
            evidence.getSdkVersion(),
            pod.carries(),
            DateTimeFormatter.ISO_INSTANT.format(last),
            Map.of(LocalDate.ofInstant(last, ZoneOffset.UTC).toString(), evidence.getCalls()));
    return new Report.Row(pod.workload(), pod.serviceAccount(), calls);
  }

  private Instant last(Evidence evidence) {
    Instant now = clock.instant();
    Instant told;
    try {
      told = Instant.ofEpochSecond(evidence.getLast().getSeconds());
    } catch (DateTimeException e) {
      throw invalid("the time of the last call");
    }
    Instant last = told.isAfter(now.plus(AHEAD)) ? now : told;
    Instant oldest = now.minus(OLDEST);
    return (last.isBefore(oldest) ? oldest : last).truncatedTo(ChronoUnit.SECONDS);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
