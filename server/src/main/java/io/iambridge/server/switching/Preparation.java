package io.iambridge.server.switching;

import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.cluster.ClusterListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Session;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the index and holds back a namespace whose labels have changed, and nothing else of
 * it, until the credentials of its pods' new sessions are there. An agent that is told of a new
 * session has nothing to serve at that moment; with this it gets it by one quick call, instead of
 * after a token, STS and perhaps a fallback.
 *
 * <p>It is held back for {@link #MOST_DELAY} at most, since its label has to be in force at every
 * agent within a second. A newer change of the namespace replaces the one that waits; changes that
 * may take a right away (annotations) and those that need no new credentials are passed on at once.
 */
public final class Preparation implements ClusterListener {
  /** From the first change of a namespace that waits. */
  public static final Duration MOST_DELAY = Duration.ofMillis(750);

  /**
   * For all namespaces together; few beside {@code --sts-concurrency}, for what pods wait for comes
   * first.
   */
  static final int MOST_AT_ONCE = 32;

  private final CallerIndex callers;
  private final Function<Session, CompletableFuture<?>> credentials;
  private final ScheduledExecutorService scheduler;
  private final Executor executor;
  private final InstantSource clock;

  // Guarded by this.
  private final Map<String, Waiting> waiting = new HashMap<>();
  private final Deque<Wanted> queue = new ArrayDeque<>();
  private int underWay;

  /** A namespace's change that is held back. */
  private static final class Waiting {
    private final Namespace namespace;
    private final Set<Session> sessions;
    private final Instant deadline;
    private int left;

    Waiting(Namespace namespace, Set<Session> sessions, Instant deadline) {
      this.namespace = namespace;
      this.sessions = sessions;
      this.deadline = deadline;
      this.left = sessions.size();
    }
  }

  private record Wanted(Waiting by, Session session) {}

  /**
   * @param callers what hears everything in the end
   * @param credentials gets a session's credentials, and keeps them
   * @param executor runs what may take a while
   */
  public Preparation(
      CallerIndex callers,
      Function<Session, CompletableFuture<?>> credentials,
      ScheduledExecutorService scheduler,
      Executor executor,
      InstantSource clock) {
    this.callers = callers;
    this.credentials = credentials;
    this.scheduler = scheduler;
    this.executor = executor;
    this.clock = clock;
  }

  /** Whether credentials of the session are got ahead of their use. */
  public synchronized boolean prepares(Session session) {
    return waiting.values().stream().anyMatch(one -> one.sessions.contains(session));
  }

  @Override
  public void namespaceChanged(Namespace namespace) {
    Waiting before;
    synchronized (this) {
      before = waiting.get(namespace.name());
      if (before != null && before.namespace.equals(namespace)) {
        return;
      }
      waiting.remove(namespace.name());
    }
    Set<Session> sessions = isOfLabelsOnly(namespace) ? callers.sessionsAfter(namespace) : Set.of();
    if (sessions.isEmpty()) {
      callers.namespaceChanged(namespace);
    } else {
      hold(namespace, sessions, before);
    }
  }

  private boolean isOfLabelsOnly(Namespace changed) {
    Optional<Namespace> known = callers.namespace(changed.name());
    return known.isPresent()
        && known.get().uid().equals(changed.uid())
        && known.get().annotations().equals(changed.annotations())
        && !known.get().labels().equals(changed.labels());
  }

  private void hold(Namespace namespace, Set<Session> sessions, @Nullable Waiting before) {
    Instant now = clock.instant();
    Waiting held =
        new Waiting(namespace, sessions, before == null ? now.plus(MOST_DELAY) : before.deadline);
    synchronized (this) {
      waiting.put(namespace.name(), held);
      queue.removeIf(wanted -> !waits(wanted.by()));
      sessions.forEach(session -> queue.add(new Wanted(held, session)));
    }
    var _ =
        scheduler.schedule(
            () -> executor.execute(() -> publish(held)),
            Math.max(0, Duration.between(now, held.deadline).toMillis()),
            TimeUnit.MILLISECONDS);
    fetch();
  }

  private void fetch() {
    for (Wanted next = next(); next != null; next = next()) {
      Wanted wanted = next;
      var _ =
          credentials
              .apply(wanted.session())
              .whenCompleteAsync((_, _) -> fetched(wanted), executor);
    }
  }

  private synchronized @Nullable Wanted next() {
    if (underWay >= MOST_AT_ONCE) {
      return null;
    }
    Wanted next = queue.poll();
    while (next != null && !waits(next.by())) {
      next = queue.poll();
    }
    if (next != null) {
      underWay++;
    }
    return next;
  }

  /** What nobody waits for any more is not asked for: agents ask themselves by then. */
  private boolean waits(Waiting one) {
    return waiting.get(one.namespace.name()) == one;
  }

  private void fetched(Wanted wanted) {
    synchronized (this) {
      underWay--;
      wanted.by().left--;
      if (wanted.by().left == 0) {
        publish(wanted.by());
      }
    }
    fetch();
  }

  /** Under the lock to the end, so that no change that came later is overtaken. */
  private synchronized void publish(Waiting held) {
    if (waiting.remove(held.namespace.name(), held)) {
      callers.namespaceChanged(held.namespace);
    }
  }

  @Override
  public void namespaceDeleted(String name) {
    synchronized (this) {
      waiting.remove(name);
    }
    callers.namespaceDeleted(name);
  }

  @Override
  public void podChanged(Pod pod) {
    callers.podChanged(pod);
  }

  @Override
  public void podDeleted(String uid) {
    callers.podDeleted(uid);
  }

  @Override
  public void serviceAccountChanged(ServiceAccount serviceAccount) {
    callers.serviceAccountChanged(serviceAccount);
  }

  @Override
  public void serviceAccountDeleted(String namespace, String name) {
    callers.serviceAccountDeleted(namespace, name);
  }
}
