package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.Watched;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one kind of object watched, for ever: lists it in pages, watches it, and when the watch has
 * a gap, lists it again and reports what changed or vanished meanwhile.
 *
 * <h2>How it works</h2>
 *
 * An informer does the listing and watching. It renews its watch every five to ten minutes by
 * itself, so that a connection that died in silence is noticed, and retries failures with backoff
 * because the exception handler tells it to. Should it stop nevertheless, or show no sign of life
 * (a change or a bookmark) for {@link #MAX_SILENCE}, a new one takes its place. An informer that is
 * stopped may drop reports it has queued; so the new one starts with what was really reported,
 * without versions, and reports every object again and every deletion that is still owed.
 */
final class ResourceWatch<T extends HasMetadata> implements Closeable {
  /** How often {@link #check} wants to be called. */
  static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

  /** Longer than the informer needs to renew a watch and to give an old one up. */
  static final Duration MAX_SILENCE = Duration.ofMinutes(15);

  private static final Logger LOG = LoggerFactory.getLogger(ResourceWatch.class);
  private static final long PAGE = 500L;
  private static final long NO_RESYNC = 0L;

  private final Watched kind;
  private final Informable<T> resource;
  private final Function<T, String> key;
  private final Consumer<T> changed;
  private final Consumer<T> deleted;
  private final InstantSource clock;
  private final ServerMetrics metrics;
  private final CompletableFuture<Void> synced = new CompletableFuture<>();
  // All below is guarded by this.
  private final Map<String, T> reported = new HashMap<>();
  private @Nullable SharedIndexInformer<T> informer;
  private @Nullable String version;
  private Instant lastSign;
  private boolean closed;

  /**
   * @param key tells objects apart; two that follow each other under one key are one that changed
   * @param changed hears of new and changed objects
   * @param deleted hears of objects that are gone, as a stub without content
   */
  ResourceWatch(
      Watched kind,
      Informable<T> resource,
      Function<T, String> key,
      Consumer<T> changed,
      Consumer<T> deleted,
      InstantSource clock,
      ServerMetrics metrics) {
    this.kind = kind;
    this.resource = resource;
    this.key = key;
    this.changed = changed;
    this.deleted = deleted;
    this.clock = clock;
    this.metrics = metrics;
    this.lastSign = clock.instant();
    metrics.watchAge(kind, () -> silence().toMillis() / 1e3);
  }

  /** Completes when every object that existed at the start has been reported. */
  CompletableFuture<Void> synced() {
    return synced;
  }

  synchronized void start() {
    if (closed) {
      return;
    }
    SharedIndexInformer<T> next = resource.withLimit(PAGE).runnableInformer(NO_RESYNC);
    informer = next;
    version = null;
    lastSign = clock.instant();
    Map<String, T> known = new HashMap<>();
    reported.forEach((id, stub) -> known.put(id, withoutVersion(stub)));
    next.exceptionHandler((started, e) -> retry(e));
    // The handler first: one that is added later is told all of the store, which has only stubs.
    next.addEventHandler(new Handler(next));
    next.itemStore(new StubStore<>(known, key, ResourceWatch::stub));
    var _ = next.start();
  }

  /** Looks for signs of life, and replaces an informer that shows none. */
  void check() {
    SharedIndexInformer<T> dead = null;
    synchronized (this) {
      SharedIndexInformer<T> current = informer;
      if (closed || current == null) {
        return;
      }
      String latest = current.lastSyncResourceVersion();
      if (latest != null && !latest.equals(version)) {
        version = latest;
        lastSign = clock.instant();
      }
      if (!current.isRunning() || silence().compareTo(MAX_SILENCE) > 0) {
        dead = current;
        informer = null;
      }
    }
    if (dead != null) {
      LOG.atInfo()
          .addKeyValue("kind", kind)
          .log("A watch stopped or was silent for too long: a new one takes its place");
      metrics.watchFailed(kind);
      dead.stop();
      start();
    }
  }

  private synchronized Duration silence() {
    return Duration.between(lastSign, clock.instant());
  }

  private boolean retry(Throwable e) {
    metrics.watchFailed(kind);
    LOG.atWarn()
        .addKeyValue("kind", kind)
        .addKeyValue("error", String.valueOf(e.getMessage()))
        .log("The Kubernetes API cannot be listed or watched; trying again");
    return true;
  }

  @Override
  public void close() {
    SharedIndexInformer<T> last;
    synchronized (this) {
      closed = true;
      last = informer;
      informer = null;
    }
    if (last != null) {
      last.stop();
    }
  }

  private static <T extends HasMetadata> T stub(T object) {
    return copyOf(object, object.getMetadata().getResourceVersion());
  }

  private static <T extends HasMetadata> T withoutVersion(T stub) {
    return copyOf(stub, "");
  }

  private static <T extends HasMetadata> T copyOf(T object, @Nullable String version) {
    ObjectMeta meta = new ObjectMeta();
    meta.setUid(object.getMetadata().getUid());
    meta.setNamespace(object.getMetadata().getNamespace());
    meta.setName(object.getMetadata().getName());
    meta.setResourceVersion(version);
    T stub = newInstance(object);
    stub.setMetadata(meta);
    return stub;
  }

  @SuppressWarnings("unchecked") // an object's class is the class of T
  private static <T extends HasMetadata> T newInstance(T object) {
    try {
      return (T) object.getClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("every model class has a constructor without parameters", e);
    }
  }

  /**
   * Hears of one informer, one call at a time; of an informer that was replaced, nothing counts.
   */
  private final class Handler implements ResourceEventHandler<T> {
    private final SharedIndexInformer<T> mine;

    Handler(SharedIndexInformer<T> mine) {
      this.mine = mine;
    }

    @Override
    public void onAdd(T object) {
      report(object);
    }

    @Override
    public void onUpdate(T before, T object) {
      report(object);
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
      synchronized (ResourceWatch.this) {
        if (current()) {
          reported.remove(key.apply(object));
          tell(deleted, object);
        }
      }
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
      metrics.listed(kind);
      synchronized (ResourceWatch.this) {
        if (current()) {
          synced.complete(null);
        }
      }
    }

    private void report(T object) {
      synchronized (ResourceWatch.this) {
        if (current()) {
          reported.put(key.apply(object), stub(object));
          tell(changed, object);
        }
      }
    }

    @SuppressWarnings("ReferenceEquality") // which one it is, not what it is like
    private boolean current() {
      if (informer != mine) {
        return false;
      }
      lastSign = clock.instant();
      return true;
    }

    /** One object that we fail at must not keep the others from being heard of. */
    @SuppressWarnings("CatchingUnchecked") // whatever it is, it is about this object
    private void tell(Consumer<T> listener, T object) {
      metrics.watchEvent(kind);
      try {
        listener.accept(object);
      } catch (RuntimeException e) {
        metrics.objectSkipped(kind);
        LOG.atError()
            .addKeyValue("kind", kind)
            .addKeyValue("namespace", object.getMetadata().getNamespace())
            .addKeyValue("name", object.getMetadata().getName())
            .setCause(e)
            .log("An object could not be taken over");
      }
    }
  }
}
