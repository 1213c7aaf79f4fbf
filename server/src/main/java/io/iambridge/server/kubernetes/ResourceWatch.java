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
import java.util.concurrent.atomic.AtomicBoolean;
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
 * (a change or a bookmark) for {@link #MAX_SILENCE}, a new one takes its place; after {@link
 * #MAX_SILENCE_OF_A_WATCH} already when its watch has shown one before. An informer that is stopped
 * may drop reports it has queued; so the new one starts with what was really reported, without
 * versions, and reports every object again and every deletion that is still owed.
 */
final class ResourceWatch<T extends HasMetadata> implements Closeable {
  /** How often {@link #check} wants to be called. */
  static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

  /** Longer than the informer needs to renew a watch and to give an old one up. */
  static final Duration MAX_SILENCE = Duration.ofMinutes(15);

  /**
   * Two bookmarks that should have come have not. A watch that has brought nothing at all may be
   * one of an API server that knows no bookmarks, and is left to the informer; so an API server
   * like that is listed once more after each change, not every few minutes.
   */
  static final Duration MAX_SILENCE_OF_A_WATCH = Duration.ofSeconds(150);

  /** Bookmarks come about every minute. */
  static final Duration MAX_QUIET = Duration.ofSeconds(75);

  private static final Logger LOG = LoggerFactory.getLogger(ResourceWatch.class);
  private static final long PAGE = 500L;
  private static final long NO_RESYNC = 0L;

  private final Watched kind;
  private final Informable<T> resource;
  private final Function<T, String> key;
  private final Consumer<T> changed;
  private final Consumer<T> deleted;
  private final Runnable ask;
  private final AtomicBoolean asking = new AtomicBoolean();
  private final InstantSource clock;
  private final ServerMetrics metrics;
  private final CompletableFuture<Void> synced = new CompletableFuture<>();
  // All below is guarded by this.
  private final Map<String, T> reported = new HashMap<>();
  private @Nullable SharedIndexInformer<T> informer;
  private @Nullable String version;
  private boolean watchShowsSigns;
  private Instant lastSign;
  private Instant lastContact;
  private boolean started;
  private boolean closed;

  /**
   * @param key tells objects apart; two that follow each other under one key are one that changed
   * @param changed hears of new and changed objects
   * @param deleted hears of objects that are gone, as a stub without content
   * @param ask asks the API server for little of the kind, and throws when it does not answer
   */
  ResourceWatch(
      Watched kind,
      Informable<T> resource,
      Function<T, String> key,
      Consumer<T> changed,
      Consumer<T> deleted,
      Runnable ask,
      InstantSource clock,
      ServerMetrics metrics) {
    this.kind = kind;
    this.resource = resource;
    this.key = key;
    this.changed = changed;
    this.deleted = deleted;
    this.ask = ask;
    this.clock = clock;
    this.metrics = metrics;
    this.lastSign = clock.instant();
    this.lastContact = lastSign;
    metrics.watchAge(kind, () -> silence().toMillis() / 1e3);
    metrics.watchContact(kind, () -> withoutContact().toMillis() / 1e3);
  }

  /** Completes when every object that existed at the start has been reported. */
  CompletableFuture<Void> synced() {
    return synced;
  }

  synchronized void start() {
    if (closed) {
      return;
    }
    started = true;
    SharedIndexInformer<T> next = resource.withLimit(PAGE).runnableInformer(NO_RESYNC);
    informer = next;
    version = null;
    watchShowsSigns = false;
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
    askWhenQuiet();
    SharedIndexInformer<T> dead;
    synchronized (this) {
      dead = informer;
      if (closed || !started || (dead != null && alive(dead))) {
        return;
      }
      // Should anything below fail, the next check finds none and starts one.
      informer = null;
    }
    LOG.atInfo()
        .addKeyValue("kind", kind)
        .log("A watch stopped or was silent for too long: a new one takes its place");
    if (dead != null) {
      dead.stop();
    }
    metrics.watchFailed(kind);
    start();
  }

  private boolean alive(SharedIndexInformer<T> current) {
    String latest = current.lastSyncResourceVersion();
    if (latest != null && !latest.equals(version)) {
      // The first is the list's.
      watchShowsSigns = version != null;
      version = latest;
      lastSign = clock.instant();
      lastContact = lastSign;
    }
    Duration most = watchShowsSigns ? MAX_SILENCE_OF_A_WATCH : MAX_SILENCE;
    return current.isRunning() && silence().compareTo(most) <= 0;
  }

  private synchronized Duration silence() {
    return Duration.between(lastSign, clock.instant());
  }

  /**
   * Asks the API server whether it is there, when the watch has been quiet. Quiet may be well:
   * bookmarks come about every minute, or not at all from an API server that has not seen a change
   * of the kind since it started.
   */
  @SuppressWarnings("CatchingUnchecked") // the client throws what it likes; it is asked again
  private void askWhenQuiet() {
    if (withoutContact().compareTo(MAX_QUIET) <= 0 || !asking.compareAndSet(false, true)) {
      return;
    }
    var _ =
        Thread.ofVirtual()
            .name("ask-" + kind)
            .start(() -> {
              try {
                ask.run();
                contact();
              } catch (RuntimeException e) {
                LOG.atDebug().addKeyValue("kind", kind).setCause(e).log("No contact");
              } finally {
                asking.set(false);
              }
            });
  }

  private synchronized void contact() {
    lastContact = clock.instant();
  }

  /** How long the API server has said nothing of the kind, even when asked. */
  synchronized Duration withoutContact() {
    return Duration.between(lastContact, clock.instant());
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
      lastContact = lastSign;
      return true;
    }

    /**
     * One object that we fail at must not keep the others from being heard of, and what we knew of
     * it before is no longer to be believed: it is told as deleted, so that its pods are unknown
     * instead of keeping what they may not have any more.
     */
    @SuppressWarnings("ReferenceEquality") // that very listener
    private void tell(Consumer<T> listener, T object) {
      metrics.watchEvent(kind);
      if (!told(listener, object) && listener == changed) {
        told(deleted, object);
      }
    }

    /** An Error too: it would end the informer's thread, and with it all news, without a word. */
    private boolean told(Consumer<T> listener, T object) {
      try {
        listener.accept(object);
        return true;
      } catch (StackOverflowError e) {
        return skipped(object, e);
      } catch (VirtualMachineError e) {
        throw e; // no memory: nothing we could do here would work either
      } catch (Throwable e) {
        return skipped(object, e);
      }
    }

    private boolean skipped(T object, Throwable why) {
      metrics.objectSkipped(kind);
      LOG.atError()
          .addKeyValue("kind", kind)
          .addKeyValue("namespace", object.getMetadata().getNamespace())
          .addKeyValue("name", object.getMetadata().getName())
          .setCause(why)
          .log("An object could not be taken over");
      return false;
    }
  }
}
