package io.iambridge.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iambridge.common.lifecycle.CloseOrder;
import io.iambridge.server.cluster.ClusterPicture;
import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.evidence.EvidenceKeeper;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.RecentEvidence;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.kubernetes.EvidenceObjects;
import io.iambridge.server.kubernetes.Leadership;
import io.iambridge.server.kubernetes.MigrationObjects;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.migration.Inputs;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.MigrationWriter;
import io.iambridge.server.migration.SdkSupport;
import io.iambridge.server.migration.StatusOf;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.rehearsal.Rehearser;
import io.iambridge.server.rehearsal.Seen;
import io.iambridge.server.rehearsal.Trial;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replica's part in the migration: it watches namespaces, and while it leads, tries what they
 * move to and writes their statuses. Nothing that is served depends on any of it.
 */
final class Migrations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final String DEFAULT_NAMESPACE = "iambridge";

  /** A fallback's reason is found out by going on trying. */
  private static final Set<Mode> TRIED = EnumSet.of(Mode.REHEARSE, Mode.IRSA, Mode.POD_IDENTITY);

  private final KubernetesClient kubernetes;
  private final MigrationConfig config;
  private final Trying trying;
  private final RecentEvidence evidence;
  private final EvidenceKeeper keeper;
  private final Instant since;
  private final InstantSource clock;
  private final ExecutorService tasks;
  private final ScheduledExecutorService scheduler;
  private final RandomGenerator random;

  private final ClusterPicture picture = new ClusterPicture(this::changed);
  private final Rehearser rehearser;
  private final MigrationWriter writer;
  private final StatusOf statuses;
  private final CloseOrder closeOrder = new CloseOrder();
  private final AtomicBoolean writing = new AtomicBoolean();
  private volatile boolean leading;
  private boolean closed;

  Migrations(
      KubernetesClient kubernetes,
      MigrationConfig config,
      EvidenceConfig kept,
      EvidenceKeeper keeper,
      Modes modes,
      SdkSupport sdks,
      Trying trying,
      ExecutorService tasks,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      RandomGenerator random,
      ServerMetrics metrics) {
    this.kubernetes = kubernetes;
    this.config = config;
    this.trying = closeOrder.add(trying);
    this.evidence = new RecentEvidence(new EvidenceObjects(kubernetes), kept, clock);
    this.keeper = keeper;
    this.clock = clock;
    this.since = clock.instant();
    this.tasks = tasks;
    this.scheduler = scheduler;
    this.random = random;
    this.statuses = new StatusOf(modes, trying.roles(), sdks);
    this.rehearser =
        new Rehearser(
            picture::names,
            this::trials,
            trying::make,
            config.rehearsal(),
            tasks,
            clock,
            random,
            this::retold);
    this.writer =
        new MigrationWriter(
            new MigrationObjects(kubernetes),
            picture::names,
            this::status,
            rehearser::isSettled,
            clock);
    metrics.leader(() -> leading ? 1 : 0);
    metrics.rehearsals(this::counts);
    metrics.migrations(() -> writer.counts().all(), () -> writer.counts().ready());
  }

  /** What has to hear of the cluster. */
  ClusterPicture picture() {
    return picture;
  }

  /** Begins to compete for the lease; to be called when the whole cluster has been seen. */
  void start() {
    synchronized (closeOrder) {
      if (closed) {
        return;
      }
      compete();
    }
  }

  private void compete() {
    String own = kubernetes.getNamespace();
    String namespace =
        config.leaseNamespace().orElse(own == null || own.isEmpty() ? DEFAULT_NAMESPACE : own);
    closeOrder.add(
        Leadership.start(
            kubernetes,
            namespace,
            identity(),
            Leadership.Times.DEFAULT,
            tasks,
            scheduler,
            this::lead));
    ScheduledFuture<?> ticks =
        scheduler.scheduleWithFixedDelay(
            this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    closeOrder.add(ticks, future -> future.cancel(/* mayInterruptIfRunning= */ false));
  }

  /** Two replicas of one name would both believe that they lead. */
  private String identity() {
    return config.identity().orElseGet(Migrations::host)
        + "_"
        + HexFormat.of().toHexDigits(random.nextInt());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "iambridge-server";
    }
  }

  private void lead(boolean lead) {
    leading = lead;
    rehearser.lead(lead);
    writer.lead(lead);
    LOG.info(lead ? "This replica leads: it rehearses and writes statuses" : "It leads no more");
  }

  private void changed(String namespace) {
    rehearser.changed(namespace);
    writer.changed(namespace);
  }

  private void retold(String namespace) {
    writer.changed(namespace);
  }

  private void tick() {
    if (!leading || !writing.compareAndSet(false, true)) {
      return;
    }
    try {
      // Not on the timer's thread: both may wait for Kubernetes.
      tasks.execute(this::look);
    } catch (RejectedExecutionException e) {
      // The server is stopping.
      writing.set(false);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // whatever it is, the next look may go well
  private void look() {
    try {
      rehearser.tick();
      writer.tick();
    } catch (RuntimeException e) {
      // Whoever leads no more may well be stopping, with its connections already closed.
      if (leading) {
        LOG.error("A look at the migration failed; the next one tries again", e);
      }
    } finally {
      writing.set(false);
    }
  }

  private List<Trial> trials(String namespace) {
    return picture
        .namespace(namespace)
        .map(view -> trying.selection().trials(view, TRIED::contains, seen(namespace)))
        .orElse(List.of());
  }

  private List<Seen> seen(String namespace) {
    List<WorkloadEvidence> workloads =
        evidence.of(namespace).map(EvidenceStatus::workloads).orElse(List.of());
    return StatusOf.seen(workloads, clock.instant());
  }

  private Optional<MigrationStatus> status(String namespace) {
    Optional<NamespaceView> view = picture.namespace(namespace);
    return view.flatMap(there ->
        statuses.of(
            new Inputs(
                there,
                trying.selection().target(there),
                evidence.of(namespace),
                evidence.readAt(),
                evidence.heard(),
                keeper.isFailing(namespace),
                since,
                rehearser.results(namespace),
                rehearser.isSettled(namespace),
                clock.instant())));
  }

  private Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    new EnumMap<>(rehearser.counts())
        .forEach((finding, count) -> counts.put(finding.word(), count));
    return counts;
  }

  @Override
  public void close() {
    synchronized (closeOrder) {
      closed = true;
    }
    closeOrder.close();
  }
}
