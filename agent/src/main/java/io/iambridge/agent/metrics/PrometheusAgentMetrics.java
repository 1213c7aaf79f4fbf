package io.iambridge.agent.metrics;

import io.iambridge.agent.address.Family;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** {@link AgentMetrics} in a Prometheus registry. */
public final class PrometheusAgentMetrics implements AgentMetrics {
  private static final int STATUSES = 600;
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrometheusRegistry registry;
  private final Counter requests;
  private final Map<Route, RouteSeries> routes = new EnumMap<>(Route.class);
  private final DistributionDataPoint remaining;
  private final Counter refusals;
  private final Counter fetches;
  private final Counter tokenReviews;
  private final Gauge tokensVerified;
  private final Counter forwarded;
  private final Map<ImdsVersion, CounterDataPoint> imdsRequests = new EnumMap<>(ImdsVersion.class);
  private final Counter evidenceReports;
  private final Counter evidenceLost;
  private final Gauge sessions;
  private final Gauge callers;
  private final Counter neighbourChanges;
  private final Counter callerConfirmations;
  private final Gauge parked;
  private final Gauge watchConnected;
  private final Counter watchReconnects;
  private final Gauge connections;
  private final Counter connectionsRefused;
  private final Gauge interceptionInPlace;
  private final Counter interceptionRepairs;
  private final Counter interceptionFailures;
  private final Gauge foreignRules;

  /** Registers everything, so that a series that never moves is still there to be seen. */
  public PrometheusAgentMetrics(PrometheusRegistry registry, String version) {
    this.registry = registry;
    requests =
        Counter.builder()
            .name(MetricNames.REQUESTS)
            .help("Requests answered, by route and HTTP status.")
            .labelNames("route", "status")
            .register(registry);
    Histogram latency =
        Histogram.builder()
            .name(MetricNames.REQUEST_SECONDS)
            .help("Time from a complete request to its answer, by route.")
            .labelNames("route")
            .classicOnly()
            .classicUpperBounds(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1)
            .register(registry);
    for (Route route : Route.values()) {
      routes.put(
          route,
          new RouteSeries(latency.labelValues(label(route)), new AtomicReferenceArray<>(STATUSES)));
    }
    Histogram life =
        Histogram.builder()
            .name(MetricNames.REMAINING_SECONDS)
            .help("Life left in credentials when they are handed to a caller.")
            .classicOnly()
            .classicUpperBounds(60, 300, 600, 900, 1200, 1500, 1800, 2700, 3600, 43200)
            .register(registry);
    remaining = life;
    refusals = counter(registry, MetricNames.REFUSALS, "Callers refused, by reason.", "reason");
    fetches =
        counter(
            registry,
            MetricNames.FETCHES,
            "Calls for credentials to the server, by result.",
            "result");
    for (Fetch result : Fetch.values()) {
      fetches.initLabelValues(label(result));
    }
    tokenReviews =
        counter(
            registry,
            MetricNames.TOKEN_REVIEWS,
            "Reviews of pods' tokens by the server, by result.",
            "result");
    for (TokenReview result : TokenReview.values()) {
      tokenReviews.initLabelValues(label(result));
    }
    tokensVerified =
        gauge(registry, MetricNames.TOKENS_VERIFIED, "Tokens known to be their pods'.");
    forwarded =
        counter(
            registry,
            MetricNames.FORWARDED,
            "Requests handed to the EKS Pod Identity agent, by result.",
            "result");
    for (Forward result : Forward.values()) {
      forwarded.initLabelValues(label(result));
    }
    Counter byVersion =
        counter(
            registry,
            MetricNames.IMDS_REQUESTS,
            "Requests of known callers, tokens aside, without (v1) and with session token (v2).",
            "version");
    for (ImdsVersion imds : ImdsVersion.values()) {
      imdsRequests.put(imds, byVersion.labelValues(label(imds)));
    }
    evidenceReports =
        counter(
            registry,
            MetricNames.EVIDENCE_REPORTS,
            "Batches of evidence sent to the server, by result.",
            "result");
    for (EvidenceReport result : EvidenceReport.values()) {
      evidenceReports.initLabelValues(label(result));
    }
    evidenceLost =
        counter(
            registry,
            MetricNames.EVIDENCE_LOST,
            "Calls of callers that are missing in the evidence.");
    sessions = gauge(registry, MetricNames.SESSIONS, "Sessions with callers on this node.");
    callers = gauge(registry, MetricNames.CALLERS, "Addresses with a caller.");
    neighbourChanges =
        counter(
            registry,
            MetricNames.NEIGHBOUR_CHANGES,
            "Times that the node saw somebody else behind a caller's address.");
    callerConfirmations =
        counter(
            registry,
            MetricNames.CALLER_CONFIRMATIONS,
            "Questions to the server whether a caller is still at its address, by result.",
            "result");
    for (Confirmation result : Confirmation.values()) {
      callerConfirmations.initLabelValues(label(result));
    }
    parked =
        gauge(registry, MetricNames.PARKED, "Requests that wait for their caller to be known.");
    watchConnected =
        gauge(registry, MetricNames.WATCH_CONNECTED, "1 while the server's watch is live.");
    watchReconnects =
        counter(registry, MetricNames.WATCH_RECONNECTS, "Times the watch was opened again.");
    connections = gauge(registry, MetricNames.CONNECTIONS, "Open connections of pods.");
    connectionsRefused =
        counter(
            registry,
            MetricNames.CONNECTIONS_REFUSED,
            "Connections closed at once because there are too many, of all pods (--max-connections)"
                + " or of one address.");
    // One series for each family that is intercepted: none is 0 for want of --iptables or IPv6.
    interceptionInPlace =
        Gauge.builder()
            .name(MetricNames.INTERCEPTION_IN_PLACE)
            .help("1 while the rules that bring pods' requests here are in place, by family.")
            .labelNames("family")
            .register(registry);
    interceptionRepairs =
        counter(
            registry, MetricNames.INTERCEPTION_REPAIRS, "Times that changed rules were put back.");
    interceptionFailures =
        counter(
            registry,
            MetricNames.INTERCEPTION_FAILURES,
            "Looks at the rules that failed or left something wrong.");
    foreignRules =
        gauge(
            registry,
            MetricNames.INTERCEPTION_FOREIGN_RULES,
            "Rules of others that redirect the metadata addresses.");
    Info.builder()
        .name(MetricNames.BUILD_INFO)
        .help("The version that runs.")
        .labelNames("version")
        .register(registry)
        .setLabelValues(version);
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private static Gauge gauge(PrometheusRegistry registry, String name, String help) {
    return Gauge.builder().name(name).help(help).register(registry);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Looking a series up by its labels makes garbage; these are needed once per request. */
  private record RouteSeries(
      DistributionDataPoint latency, AtomicReferenceArray<CounterDataPoint> byStatus) {}

  @Override
  public void answered(Route route, int status, Duration latency) {
    RouteSeries series = routes.get(route);
    if (series == null) {
      throw new IllegalStateException("every route has its series: " + route);
    }
    series.latency.observe(seconds(latency));
    CounterDataPoint count = series.byStatus.get(status);
    if (count == null) {
      count = requests.labelValues(label(route), Integer.toString(status));
      series.byStatus.set(status, count);
    }
    count.inc();
  }

  private static double seconds(Duration duration) {
    return (double) duration.toNanos() / NANOS_PER_SECOND;
  }

  @Override
  public void refused(Enum<?> reason) {
    refusals.labelValues(label(reason)).inc();
  }

  @Override
  public void fetched(Fetch result) {
    fetches.labelValues(label(result)).inc();
  }

  @Override
  public void tokenReviewed(TokenReview result) {
    tokenReviews.labelValues(label(result)).inc();
  }

  @Override
  public void tokensVerified(int count) {
    tokensVerified.set(count);
  }

  @Override
  public void forwarded(Forward result) {
    forwarded.labelValues(label(result)).inc();
  }

  @Override
  public void asked(ImdsVersion version) {
    CounterDataPoint count = imdsRequests.get(version);
    if (count == null) {
      throw new IllegalStateException("every version has its series: " + version);
    }
    count.inc();
  }

  @Override
  public void handedOut(Duration left) {
    remaining.observe(seconds(left));
  }

  @Override
  public void evidenceReported(EvidenceReport result) {
    evidenceReports.labelValues(label(result)).inc();
  }

  @Override
  public void callsNotCounted(long calls) {
    evidenceLost.inc(calls);
  }

  @Override
  public void sessions(int count) {
    sessions.set(count);
  }

  @Override
  public void callers(int count) {
    callers.set(count);
  }

  @Override
  public void neighbourChanged() {
    neighbourChanges.inc();
  }

  @Override
  public void callerConfirmed(Confirmation result) {
    callerConfirmations.labelValues(label(result)).inc();
  }

  @Override
  public void parked(int count) {
    parked.set(count);
  }

  @Override
  public void watchConnected(boolean connected) {
    watchConnected.set(connected ? 1 : 0);
  }

  @Override
  public void watchReconnects() {
    watchReconnects.inc();
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
  public void connections(int open) {
    connections.set(open);
  }

  @Override
  public void connectionRefused() {
    connectionsRefused.inc();
  }

  @Override
  public void intercepting(Family family, boolean inPlace) {
    interceptionInPlace.labelValues(label(family)).set(inPlace ? 1 : 0);
  }

  @Override
  public void interceptionRepaired() {
    interceptionRepairs.inc();
  }

  @Override
  public void interceptionFailed() {
    interceptionFailures.inc();
  }

  @Override
  public void foreignRules(int count) {
    foreignRules.set(count);
  }
}
