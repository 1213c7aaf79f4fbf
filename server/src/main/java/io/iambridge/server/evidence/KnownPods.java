package io.iambridge.server.evidence;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.cluster.ClusterListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The pods of the cluster, and for a while those that have just gone: agents tell of a pod's last
 * calls when it may be gone already. Hears of every change before the index does, and passes it on.
 */
public final class KnownPods implements ClusterListener {
  /** Longer than agents gather, send again and restart. */
  static final Duration MEMORY = Duration.ofMinutes(15);

  /** As many go from a whole large cluster that is restarted. */
  static final int MOST_GONE = 50_000;

  private final CallerIndex callers;
  private final ClusterListener next;
  private final Cache<String, PodFacts> gone;

  /**
   * Of the pods that the index knows.
   *
   * @param next hears of the changes and passes them on to the index
   */
  public KnownPods(CallerIndex callers, ClusterListener next, InstantSource clock) {
    this.callers = callers;
    this.next = next;
    this.gone =
        Caffeine.newBuilder()
            .maximumSize(MOST_GONE)
            .expireAfterWrite(MEMORY)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .build();
  }

  /** What is known of the pod; empty when there is no such pod, and has not just been one. */
  public Optional<PodFacts> find(String uid) {
    return callers
        .find(uid)
        .map(PodFacts::of)
        .or(() -> Optional.ofNullable(gone.getIfPresent(uid)));
  }

  @Override
  public void podChanged(Pod pod) {
    next.podChanged(pod);
  }

  @Override
  public void podDeleted(String uid) {
    callers.find(uid).ifPresent(binding -> gone.put(uid, PodFacts.of(binding)));
    next.podDeleted(uid);
  }

  @Override
  public void namespaceChanged(Namespace namespace) {
    next.namespaceChanged(namespace);
  }

  @Override
  public void namespaceDeleted(String name) {
    next.namespaceDeleted(name);
  }

  @Override
  public void serviceAccountChanged(ServiceAccount serviceAccount) {
    next.serviceAccountChanged(serviceAccount);
  }

  @Override
  public void serviceAccountDeleted(String namespace, String name) {
    next.serviceAccountDeleted(namespace, name);
  }
}
