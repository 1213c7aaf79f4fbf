package io.iambridge.server.metrics;

import io.iambridge.common.wire.AgentAuth;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.Happening;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.targets.Finding;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The server's metrics in a registry of Prometheus. */
public final class PrometheusServerMetrics implements ServerMetrics {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Counter watchEvents;
  private final Counter watchLists;
  private final Counter watchFailures;
  private final Counter objectsSkipped;
  private final Counter events;
  private final Histogram stsCalls;
  private final Histogram eksAuthCalls;
  private final Counter fallbacks;
  private final Counter fallbacksToOtherRole;
  private final Gauge agents;
  private final Counter callersPushed;
  private final Histogram credentials;
  private final Histogram tokenReviews;
  private final Histogram agentTokenReviews;
  private final Counter certificatesRefused;
  private final Counter kiamCalls;
  private final Counter refusals;
  private final Counter denials;
  private final Counter ambiguous;
  private final Counter audited;
  private final Counter auditLost;
  private final Counter securityEvents;
  private final Counter evidenceWrites;
  private final Counter evidenceLost;
  private final PrometheusRegistry registry;
  private final Map<Watched, DoubleSupplier> watchAges = new ConcurrentHashMap<>();
  private final Map<Watched, DoubleSupplier> watchContacts = new ConcurrentHashMap<>();
  private final Map<Watched, ToLongFunction<Mode>> modes = new ConcurrentHashMap<>();
  private final Map<Watched, LongSupplier> unknownModes = new ConcurrentHashMap<>();

  /** Registers all of them. */
  public PrometheusServerMetrics(PrometheusRegistry registry, String version) {
    this.registry = registry;
    Info.builder()
        .name(MetricNames.BUILD_INFO)
        .help("The version that runs.")
        .labelNames("version")
        .register(registry)
        .setLabelValues(version);
    watchEvents = counter(MetricNames.WATCH_EVENTS, "Changes that a watch reported.", "kind");
    watchLists = counter(MetricNames.WATCH_LISTS, "Complete lists read, one at start.", "kind");
    watchFailures = counter(MetricNames.WATCH_FAILURES, "Watches that had to be renewed.", "kind");
    objectsSkipped =
        counter(MetricNames.OBJECTS_SKIPPED, "Objects with a part that is unreadable.", "kind");
    events = counter(MetricNames.EVENTS, "Kubernetes Events by what became of them.", "outcome");
    kiamCalls =
        counter(
            MetricNames.KIAM_CALLS,
            "Calls of kiam's agents by what became of them.",
            "call",
            "outcome");
    refusals = counter(MetricNames.REFUSALS, "Calls of agents refused or failed.", "reason");
    denials = counter(MetricNames.DENIALS, "Decisions that a pod may not have its role.", "reason");
    audited = counter(MetricNames.AUDITED, "Lines written into the audit log.", "audit");
    securityEvents =
        counter(
            MetricNames.SECURITY_EVENTS, "Things that no well-behaved agent or pod does.", "kind");
    evidenceWrites =
        counter(
            MetricNames.EVIDENCE_WRITES,
            "Changes of the objects that keep evidence, by what became of them.",
            "outcome");
    evidenceLost =
        counter(
            MetricNames.EVIDENCE_LOST,
            "Rows of reports that are missing in the evidence.",
            "reason");
    auditLost =
        Counter.builder()
            .name(MetricNames.AUDIT_LOST)
            .help("Lines that could not be written into the audit log.")
            .register(registry);
    ambiguous =
        Counter.builder()
            .name(MetricNames.AMBIGUOUS)
            .help("Times that several pods claimed one address of a node.")
            .register(registry);
    callersPushed =
        Counter.builder()
            .name(MetricNames.CALLERS_PUSHED)
            .help("States of addresses sent to agents.")
            .register(registry);
    agents =
        Gauge.builder()
            .name(MetricNames.AGENTS)
            .help("Agents that watch their node's callers here.")
            .register(registry);
    stsCalls = calls(MetricNames.STS_CALLS, "Calls of STS for credentials, retries included.");
    eksAuthCalls = calls(MetricNames.EKS_AUTH_CALLS, "Calls of EKS Auth, retries included.");
    fallbacksToOtherRole =
        Counter.builder()
            .name(MetricNames.FALLBACKS_TO_OTHER_ROLE)
            .help("Fallbacks to another role than the mode's own mechanism would have given.")
            .labelNames("mechanism")
            .register(registry);
    fallbacks =
        Counter.builder()
            .name(MetricNames.FALLBACKS)
            .help("Times that a target mechanism failed and kiam's way was taken instead.")
            .labelNames("mechanism", "finding")
            .register(registry);
    credentials =
        Histogram.builder()
            .name(MetricNames.CREDENTIALS)
            .help("Requests of agents that got credentials.")
            .unit(Unit.SECONDS)
            .classicOnly()
            .classicUpperBounds(0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
            .register(registry);
    tokenReviews = reviews(MetricNames.TOKEN_REVIEWS, "Reviews of pods' tokens by Kubernetes.");
    agentTokenReviews =
        reviews(
            MetricNames.AGENT_TOKEN_REVIEWS,
            "Reviews by Kubernetes of the tokens that agents prove themselves by.");
    certificatesRefused =
        Counter.builder()
            .name(MetricNames.CERTIFICATES_REFUSED)
            .help("TLS handshakes in which a client's certificate was refused.")
            .register(registry);
    GaugeWithCallback.builder()
        .name(MetricNames.WATCH_AGE)
        .help("Seconds since the watch last reported a change or a bookmark.")
        .unit(Unit.SECONDS)
        .labelNames("kind")
        .callback(callback ->
            watchAges.forEach((kind, age) -> callback.call(age.getAsDouble(), label(kind))))
        .register(registry);
    GaugeWithCallback.builder()
        .name(MetricNames.WATCH_CONTACT)
        .help("Seconds that the API server has said nothing of the kind, even when asked.")
        .unit(Unit.SECONDS)
        .labelNames("kind")
        .callback(callback ->
            watchContacts.forEach((kind, age) -> callback.call(age.getAsDouble(), label(kind))))
        .register(registry);
    GaugeWithCallback.builder()
        .name(MetricNames.MODES)
        .help("Namespaces, and pods that live, by the mode that is in force.")
        .labelNames("kind", "mode")
        .callback(callback ->
            modes.forEach((kind, in) -> {
              for (Mode mode : Mode.values()) {
                callback.call((double) in.applyAsLong(mode), label(kind), mode.label());
              }
            }))
        .register(registry);
    GaugeWithCallback.builder()
        .name(MetricNames.UNKNOWN_MODES)
        .help("Labels iambridge.io/mode that are no mode, taken for kiam.")
        .labelNames("kind")
        .callback(callback ->
            unknownModes.forEach(
                (kind, count) -> callback.call((double) count.getAsLong(), label(kind))))
        .register(registry);
    initialize();
  }

  /** A series that appears only with its first failure cannot be alerted on. */
  private void initialize() {
    for (Watched kind : Watched.values()) {
      watchEvents.initLabelValues(label(kind));
      watchLists.initLabelValues(label(kind));
      watchFailures.initLabelValues(label(kind));
      objectsSkipped.initLabelValues(label(kind));
    }
    for (KiamCall call : KiamCall.values()) {
      for (KiamOutcome outcome : KiamOutcome.values()) {
        kiamCalls.initLabelValues(label(call), label(outcome));
      }
    }
    for (Happening happening : Happening.values()) {
      audited.initLabelValues(happening.label());
    }
    for (SecurityEvent.Kind kind : SecurityEvent.Kind.values()) {
      securityEvents.initLabelValues(label(kind));
    }
    for (EventOutcome outcome : EventOutcome.values()) {
      events.initLabelValues(label(outcome));
    }
    for (EvidenceWrite outcome : EvidenceWrite.values()) {
      evidenceWrites.initLabelValues(label(outcome));
    }
    for (EvidenceLoss why : EvidenceLoss.values()) {
      evidenceLost.initLabelValues(label(why));
    }
    for (StsOutcome outcome : StsOutcome.values()) {
      stsCalls.initLabelValues(label(outcome));
      eksAuthCalls.initLabelValues(label(outcome));
    }
    for (Mechanism.Kind kind : List.of(Mechanism.Kind.WEB_IDENTITY, Mechanism.Kind.POD_IDENTITY)) {
      fallbacksToOtherRole.initLabelValues(label(kind));
      for (Finding finding : Finding.values()) {
        if (finding != Finding.READY) {
          fallbacks.initLabelValues(label(kind), label(finding));
        }
      }
    }
    for (ReviewOutcome outcome : ReviewOutcome.values()) {
      tokenReviews.initLabelValues(label(outcome));
      agentTokenReviews.initLabelValues(label(outcome));
    }
  }

  private Histogram calls(String name, String help) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .unit(Unit.SECONDS)
        .classicOnly()
        .classicUpperBounds(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
        .labelNames("outcome")
        .register(registry);
  }

  private Histogram reviews(String name, String help) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .unit(Unit.SECONDS)
        .classicOnly()
        .classicUpperBounds(0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5)
        .labelNames("outcome")
        .register(registry);
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / NANOS_PER_SECOND;
  }

  @Override
  public void watchEvent(Watched kind) {
    watchEvents.labelValues(label(kind)).inc();
  }

  @Override
  public void listed(Watched kind) {
    watchLists.labelValues(label(kind)).inc();
  }

  @Override
  public void watchFailed(Watched kind) {
    watchFailures.labelValues(label(kind)).inc();
  }

  @Override
  public void objectSkipped(Watched kind) {
    objectsSkipped.labelValues(label(kind)).inc();
  }

  @Override
  public void watchAge(Watched kind, DoubleSupplier seconds) {
    watchAges.put(kind, seconds);
  }

  @Override
  public void watchContact(Watched kind, DoubleSupplier seconds) {
    watchContacts.put(kind, seconds);
  }

  @Override
  public void event(EventOutcome outcome) {
    events.labelValues(label(outcome)).inc();
  }

  @Override
  public void stsCall(StsOutcome outcome, Duration latency) {
    stsCalls.labelValues(label(outcome)).observe(seconds(latency));
  }

  @Override
  public void eksAuthCall(StsOutcome outcome, Duration latency) {
    eksAuthCalls.labelValues(label(outcome)).observe(seconds(latency));
  }

  @Override
  public void fellBack(Mechanism.Kind wanted, Finding finding) {
    fallbacks.labelValues(label(wanted), label(finding)).inc();
  }

  @Override
  public void fellBackToOtherRole(Mechanism.Kind wanted) {
    fallbacksToOtherRole.labelValues(label(wanted)).inc();
  }

  @Override
  public void stsLoad(DoubleSupplier inFlight, DoubleSupplier waiting) {
    GaugeWithCallback.builder()
        .name(MetricNames.STS_IN_FLIGHT)
        .help("Calls of STS under way.")
        .callback(callback -> callback.call(inFlight.getAsDouble()))
        .register(registry);
    GaugeWithCallback.builder()
        .name(MetricNames.STS_WAITING)
        .help("Calls of STS that wait for a place (--sts-concurrency).")
        .callback(callback -> callback.call(waiting.getAsDouble()))
        .register(registry);
  }

  @Override
  public void audited(Happening happening) {
    audited.labelValues(happening.label()).inc();
  }

  @Override
  public void auditLost() {
    auditLost.inc();
  }

  @Override
  public void securityEvent(SecurityEvent.Kind kind) {
    securityEvents.labelValues(label(kind)).inc();
  }

  @Override
  public void agentConnected() {
    agents.inc();
  }

  @Override
  public void agentDisconnected() {
    agents.dec();
  }

  @Override
  public void callersPushed(int addresses) {
    callersPushed.inc(addresses);
  }

  @Override
  public void credentialsServed(Duration latency) {
    credentials.observe(seconds(latency));
  }

  @Override
  public void tokenReviewed(ReviewOutcome outcome, Duration latency) {
    tokenReviews.labelValues(label(outcome)).observe(seconds(latency));
  }

  @Override
  public void agentTokenReviewed(ReviewOutcome outcome, Duration latency) {
    agentTokenReviews.labelValues(label(outcome)).observe(seconds(latency));
  }

  @Override
  public void agentAuth(AgentAuth mode) {
    Gauge.builder()
        .name(MetricNames.AGENT_AUTH)
        .help("1 for the way in which agents have to prove their nodes (--agent-auth).")
        .labelNames("mode")
        .register(registry)
        .labelValues(mode.text())
        .set(1);
  }

  @Override
  public void certificateRefused() {
    certificatesRefused.inc();
  }

  @Override
  public void certificates(Supplier<Map<String, Instant>> expirations) {
    GaugeWithCallback.builder()
        .name(MetricNames.CERTIFICATES)
        .help("When the first certificate of a file (--cert, --ca) expires, in Unix time.")
        .labelNames("file")
        .callback(callback ->
            expirations
                .get()
                .forEach((file, end) -> callback.call((double) end.getEpochSecond(), file)))
        .register(registry);
  }

  @Override
  public void kiamApi(boolean on) {
    Gauge.builder()
        .name(MetricNames.KIAM_API)
        .help("1 while kiam's agents are listened to (--kiam-bind), which proves no node.")
        .register(registry)
        .set(on ? 1 : 0);
  }

  @Override
  public void kiamCall(KiamCall call, KiamOutcome outcome) {
    kiamCalls.labelValues(label(call), label(outcome)).inc();
  }

  @Override
  public void refused(Reason reason) {
    refusals.labelValues(label(reason)).inc();
  }

  @Override
  public void denied(Reason reason) {
    denials.labelValues(label(reason)).inc();
  }

  @Override
  public void evidenceWritten(EvidenceWrite outcome) {
    evidenceWrites.labelValues(label(outcome)).inc();
  }

  @Override
  public void evidenceLost(EvidenceLoss why, int count) {
    evidenceLost.labelValues(label(why)).inc(count);
  }

  @Override
  public void ambiguousAddress() {
    ambiguous.inc();
  }

  @Override
  public void modes(Watched kind, ToLongFunction<Mode> in, LongSupplier unknown) {
    modes.put(kind, in);
    unknownModes.put(kind, unknown);
  }

  @Override
  public void fallenBack(LongSupplier pods) {
    GaugeWithCallback.builder()
        .name(MetricNames.FALLEN_BACK)
        .help("Pods bound as in mode kiam because their service account names no role.")
        .callback(callback -> callback.call((double) pods.getAsLong()))
        .register(registry);
  }

  @Override
  public void sessions(DoubleSupplier kept) {
    GaugeWithCallback.builder()
        .name(MetricNames.SESSIONS)
        .help("Sessions whose credentials are kept.")
        .callback(callback -> callback.call(kept.getAsDouble()))
        .register(registry);
  }

  @Override
  public void leader(DoubleSupplier leads) {
    gauge(MetricNames.LEADER, "1 on the replica that rehearses and writes statuses.", leads);
  }

  @Override
  public void rehearsals(Supplier<Map<String, Long>> byFinding) {
    GaugeWithCallback.builder()
        .name(MetricNames.REHEARSALS)
        .help("Service accounts and roles by what came of trying them, where this replica leads.")
        .labelNames("finding")
        .callback(callback ->
            byFinding
                .get()
                .forEach((finding, count) -> callback.call(count, finding.replace('-', '_'))))
        .register(registry);
  }

  @Override
  public void migrations(DoubleSupplier all, DoubleSupplier ready) {
    gauge(MetricNames.MIGRATIONS, "Namespaces with a status, where this replica leads.", all);
    gauge(
        MetricNames.MIGRATIONS_READY,
        "Those of which nothing stands in the way of the next mode.",
        ready);
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }
}
