package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.iambridge.common.cli.GoDuration;
import io.iambridge.server.cluster.ClusterListener;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.Watched;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the pods, namespaces and service accounts of the whole cluster and tells a listener.
 * Whatever happens to the API server, it goes on trying.
 */
public final class ClusterWatch implements Closeable {
  /** Longer than a quiet watch is left alone, and than an API server's restart. */
  static final Duration MAX_WITHOUT_CONTACT = Duration.ofMinutes(2);

  private static final ListOptions ONE = new ListOptionsBuilder().withLimit(1L).build();
  private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);

  private final InstantSource clock;
  private final ServerMetrics metrics;
  private final List<ResourceWatch<?>> watches;
  private final Map<Watched, ResourceWatch<?>> byKind = new EnumMap<>(Watched.class);
  private final CompletableFuture<Void> synced;
  private final ScheduledFuture<?> checks;

  private ClusterWatch(
      KubernetesClient client,
      ClusterListener listener,
      InstantSource clock,
      ScheduledExecutorService scheduler,
      ServerMetrics metrics) {
    this.clock = clock;
    this.metrics = metrics;
    ObjectReader pods = reader(Watched.PODS);
    ObjectReader namespaces = reader(Watched.NAMESPACES);
    ObjectReader accounts = reader(Watched.SERVICE_ACCOUNTS);
    // Pods by uid: the next one of the same name (a StatefulSet's) is another pod. The others by
    // name: one made anew under its name replaces the old one, in whatever order we hear of it.
    this.watches =
        List.of(
            watch(
                Watched.NAMESPACES,
                client.namespaces(),
                ClusterWatch::fullName,
                (Namespace namespace) -> listener.namespaceChanged(namespaces.namespace(namespace)),
                namespace -> listener.namespaceDeleted(namespace.getMetadata().getName()),
                () -> client.namespaces().list(ONE)),
            watch(
                Watched.SERVICE_ACCOUNTS,
                client.serviceAccounts().inAnyNamespace(),
                ClusterWatch::fullName,
                (ServiceAccount account) ->
                    listener.serviceAccountChanged(accounts.serviceAccount(account)),
                account ->
                    listener.serviceAccountDeleted(
                        account.getMetadata().getNamespace(), account.getMetadata().getName()),
                () -> client.serviceAccounts().inAnyNamespace().list(ONE)),
            watch(
                Watched.PODS,
                client.pods().inAnyNamespace(),
                pod -> pod.getMetadata().getUid(),
                (Pod pod) -> listener.podChanged(pods.pod(pod)),
                pod -> listener.podDeleted(pod.getMetadata().getUid()),
                () -> client.pods().inAnyNamespace().list(ONE)));
    this.synced =
        CompletableFuture.allOf(
            watches.stream().map(ResourceWatch::synced).toArray(CompletableFuture<?>[]::new));
    long interval = ResourceWatch.CHECK_INTERVAL.toMillis();
    this.checks =
        scheduler.scheduleWithFixedDelay(
            () -> watches.forEach(ClusterWatch::check), interval, interval, TimeUnit.MILLISECONDS);
  }

  /** A scheduler drops a task that throws, and then nobody would look after any watch. */
  @SuppressWarnings("CatchingUnchecked") // whatever it is, the other watches and checks go on
  private static void check(ResourceWatch<?> watch) {
    try {
      watch.check();
    } catch (Throwable e) {
      LOG.error("Checking a watch failed; the next check tries again", e);
    }
  }

  /**
   * Starts to watch, without waiting for anything.
   *
   * @param scheduler runs a short check every few seconds
   */
  public static ClusterWatch start(
      KubernetesClient client,
      ClusterListener listener,
      InstantSource clock,
      ScheduledExecutorService scheduler,
      ServerMetrics metrics) {
    ClusterWatch watch = new ClusterWatch(client, listener, clock, scheduler, metrics);
    watch.watches.forEach(ResourceWatch::start);
    return watch;
  }

  /** Completes when everything that existed at the start has been told to the listener. */
  public CompletableFuture<Void> synced() {
    return synced;
  }

  /**
   * Why what we know of the cluster may be old, in one line; empty while it is watched. Service
   * accounts count: in mode irsa they name the role.
   */
  public Optional<String> outOfTouch() {
    return byKind.entrySet().stream()
        .filter(watch -> watch.getValue().withoutContact().compareTo(MAX_WITHOUT_CONTACT) > 0)
        .map(watch ->
            "the Kubernetes API has said nothing of %s for %s"
                .formatted(
                    watch.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    GoDuration.format(
                        watch.getValue().withoutContact().truncatedTo(ChronoUnit.SECONDS))))
        .findFirst();
  }

  /** Stops; the listener hears nothing more. */
  @Override
  public void close() {
    checks.cancel(/* mayInterruptIfRunning= */ false);
    watches.forEach(ResourceWatch::close);
  }

  private <T extends HasMetadata> ResourceWatch<T> watch(
      Watched kind,
      Informable<T> resource,
      Function<T, String> key,
      Consumer<T> changed,
      Consumer<T> deleted,
      Runnable ask) {
    ResourceWatch<T> watch =
        new ResourceWatch<>(kind, resource, key, changed, deleted, ask, clock, metrics);
    byKind.put(kind, watch);
    return watch;
  }

  private ObjectReader reader(Watched kind) {
    return new ObjectReader(trouble -> {
      metrics.objectSkipped(kind);
      LOG.atWarn().addKeyValue("trouble", trouble).log("A part of an object is left out");
    });
  }

  private static String fullName(HasMetadata object) {
    return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
  }
}
