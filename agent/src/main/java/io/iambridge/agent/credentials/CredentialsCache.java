package io.iambridge.agent.credentials;

import io.iambridge.agent.credentials.Outcome.Serve;
import io.iambridge.agent.credentials.Outcome.Unavailable;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.proto.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of the sessions that callers of this node are bound to.
 *
 * <p>How it works. One thread, the state thread, changes everything; other threads read with {@link
 * #ready}, which takes no lock, and otherwise hop over with {@link #get}. A session lives from its
 * first caller to its last. It is fetched at once, then renewed by its own timer, so no queue
 * exists that could overflow; there is at most one call on its way per session and it belongs to
 * nobody: a request that gives up only stops waiting.
 *
 * @param <R> the form the credentials are served in, made once per fetch
 */
public final class CredentialsCache<R> implements AutoCloseable {
  private final Map<String, CachedSession<R>> sessions = new ConcurrentHashMap<>();
  private final Surroundings<R> surroundings;

  /** What every session needs of the world. */
  record Surroundings<R>(
      CredentialsSource source,
      Function<Credentials, R> render,
      RenewalPolicy policy,
      InstantSource clock,
      RandomGenerator random,
      ScheduledExecutorService state,
      AgentMetrics metrics) {}

  /**
   * A cache that is empty until callers appear.
   *
   * @param render makes the served form; called on the state thread
   * @param state the state thread
   */
  public CredentialsCache(
      CredentialsSource source,
      Function<Credentials, R> render,
      RenewalPolicy policy,
      InstantSource clock,
      RandomGenerator random,
      ScheduledExecutorService state,
      AgentMetrics metrics) {
    this.surroundings = new Surroundings<>(source, render, policy, clock, random, state, metrics);
  }

  /**
   * A pod is bound to the session; once for each of its addresses, as with {@link #remove}. State
   * thread only.
   */
  public void add(String session, String podUid) {
    CachedSession<R> cached = sessions.get(session);
    if (cached == null) {
      cached = new CachedSession<>(session, podUid, surroundings);
      sessions.put(session, cached);
      surroundings.metrics().sessions(sessions.size());
      cached.fetch();
    } else {
      cached.addPod(podUid);
    }
  }

  /** A pod is no longer bound to the session. State thread only. */
  public void remove(String session, String podUid) {
    CachedSession<R> cached = sessions.get(session);
    if (cached != null && cached.removePod(podUid)) {
      sessions.remove(session);
      surroundings.metrics().sessions(sessions.size());
      cached.drop();
    }
  }

  /** Forgets every session; what is still on its way will not be kept. Any thread. */
  @Override
  public void close() {
    surroundings
        .state()
        .execute(() -> {
          sessions.values().forEach(CachedSession::drop);
          sessions.clear();
        });
  }

  /**
   * What the session's pod can be served without a second thought; null says: use {@link #get}. Any
   * thread.
   */
  public @Nullable Serve<R> ready(String session, String podUid, Instant now) {
    CachedSession<R> cached = sessions.get(session);
    if (cached == null) {
      return null;
    }
    Serve<R> held = cached.held(podUid);
    return held != null && now.isBefore(held.floor()) ? held : null;
  }

  /**
   * Answers the session's pod exactly once, on the state thread, within {@code patience}: what is
   * there, or what a fetch brings. Any thread.
   */
  public void get(String session, String podUid, Duration patience, Consumer<Outcome<R>> answer) {
    surroundings
        .state()
        .execute(() -> {
          CachedSession<R> cached = sessions.get(session);
          if (cached == null) {
            answer.accept(
                new Unavailable<>(Reason.SESSION_CHANGED, "the pod's session has just ended"));
          } else {
            cached.get(podUid, patience, answer);
          }
        });
  }
}
