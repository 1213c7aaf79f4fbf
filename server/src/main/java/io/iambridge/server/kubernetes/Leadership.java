package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.io.Closeable;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one of all replicas lead, by a Lease in the Kubernetes API: it writes what one should write,
 * and tries what one should try. Nothing that a pod waits for depends on it. Whoever loses the
 * lease competes for it again.
 */
public final class Leadership implements Closeable {
  /** The Lease. */
  public static final String LEASE = "iambridge-server";

  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final Duration AGAIN = Duration.ofSeconds(2);
  private static final Duration RELEASE = Duration.ofSeconds(3);
  private static final int TIMEOUT_MILLIS = 3_000;

  private final KubernetesClient client;
  private final LeaderElectionConfig config;
  private final Executor tasks;
  private final ScheduledExecutorService scheduler;
  private final Consumer<Boolean> listener;
  private final AtomicReference<String> trouble = new AtomicReference<>("");

  // Under the lock of this.
  private CompletableFuture<?> election = CompletableFuture.completedFuture(null);
  private boolean closed;
  private boolean leading;

  /**
   * How long a leader that says nothing remains one.
   *
   * @param lease after which another takes its place
   * @param renewal after which it gives up by itself; shorter
   * @param retry between two tries to get or renew it
   */
  public record Times(Duration lease, Duration renewal, Duration retry) {
    /** As client-go has them (leaderelection.go). */
    public static final Times DEFAULT =
        new Times(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
  }

  private Leadership(
      KubernetesClient client,
      String namespace,
      String identity,
      Times times,
      Executor tasks,
      ScheduledExecutorService scheduler,
      Consumer<Boolean> listener) {
    this.client = SingleCalls.patient(client, TIMEOUT_MILLIS);
    this.tasks = tasks;
    this.scheduler = scheduler;
    this.listener = listener;
    this.config =
        new LeaderElectionConfig(
            new Lock(namespace, identity),
            times.lease(),
            times.renewal(),
            times.retry(),
            new LeaderCallbacks(() -> lead(true), () -> lead(false), Leadership::log),
            /* releaseOnCancel= */ true,
            LEASE);
  }

  /**
   * Begins to compete.
   *
   * @param namespace of the Lease
   * @param identity by which this replica is known to the others; no two have the same
   * @param listener hears when this replica begins and ceases to lead; quick
   */
  public static Leadership start(
      KubernetesClient client,
      String namespace,
      String identity,
      Times times,
      Executor tasks,
      ScheduledExecutorService scheduler,
      Consumer<Boolean> listener) {
    Leadership leadership =
        new Leadership(client, namespace, identity, times, tasks, scheduler, listener);
    leadership.compete();
    return leadership;
  }

  private static void log(String leader) {
    LOG.atInfo().addKeyValue("leader", leader).log("A replica leads");
  }

  private synchronized void compete() {
    if (closed) {
      return;
    }
    election = new LeaderElector(client, config, tasks).start();
    var _ = election.whenComplete((ended, e) -> again());
  }

  private void again() {
    lead(false);
    try {
      var _ = scheduler.schedule(this::compete, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The server is stopping.
    }
  }

  private synchronized void lead(boolean lead) {
    if (lead != leading && !(lead && closed)) {
      leading = lead;
      listener.accept(lead);
    }
  }

  /** Whether this replica leads. */
  public synchronized boolean leads() {
    return leading;
  }

  /** Gives the lease back, so that another need not wait for its end. */
  @Override
  public void close() {
    CompletableFuture<?> ending;
    synchronized (this) {
      closed = true;
      ending = election;
    }
    lead(false);
    var _ = ending.cancel(/* mayInterruptIfRunning= */ true);
    try {
      // Cancelling releases on a thread of the elector's; the client must stay open so long.
      var _ =
          CompletableFuture.runAsync(
                  () -> new LeaderElector(client, config, Runnable::run).release(), tasks)
              .get(RELEASE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      LOG.info("The lease was not given back; another replica leads when it ends");
    }
  }

  /** Says once what the elector itself only repeats, with a stack trace each time. */
  private final class Lock extends LeaseLock {
    Lock(String namespace, String identity) {
      super(namespace, LEASE, identity);
    }

    @Override
    public synchronized LeaderElectionRecord get(KubernetesClient kubernetes) {
      try {
        return super.get(kubernetes);
      } catch (KubernetesClientException e) {
        throw warned(e);
      }
    }

    @Override
    public synchronized void create(KubernetesClient kubernetes, LeaderElectionRecord record) {
      try {
        super.create(kubernetes, record);
        trouble.set("");
      } catch (KubernetesClientException e) {
        throw warned(e);
      }
    }

    @Override
    public synchronized void update(KubernetesClient kubernetes, LeaderElectionRecord record) {
      try {
        super.update(kubernetes, record);
        trouble.set("");
      } catch (KubernetesClientException e) {
        throw warned(e);
      }
    }

    private KubernetesClientException warned(KubernetesClientException e) {
      String why = e.getCode() <= 0 ? "Kubernetes does not answer" : "HTTP " + e.getCode();
      // Of two that take it at the same time one has to see that it is too late.
      boolean late = e.getCode() == HttpURLConnection.HTTP_CONFLICT;
      if (!late && !why.equals(trouble.getAndSet(why))) {
        LOG.atWarn()
            .addKeyValue("lease", describe())
            .addKeyValue("why", why)
            .log(
                "The lease cannot be had: this replica neither rehearses nor writes the state of the"
                    + " migration; its service account has to get, create and update leases in a"
                    + " namespace that exists (--leader-election-namespace)");
      }
      return e;
    }
  }
}
