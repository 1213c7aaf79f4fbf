package io.iambridge.server.targets;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Issuer;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues credentials by each session's own mechanism, and by its fallback where that fails.
 *
 * <p>A pod waits for all of it. So a target that has a fallback is given only a moment, and one
 * that has just failed is not tried again at once.
 */
public final class MigratingIssuer implements Issuer {
  private static final Logger LOG = LoggerFactory.getLogger(MigratingIssuer.class);

  /** Leaves the fallback the better half of the time that a pod's request waits in its agent. */
  static final Duration TARGET_PATIENCE = Duration.ofSeconds(3);

  /**
   * How long a target that failed is passed over. Matters while the fallback fails too, when each
   * request comes here; credentials of a fallback live longer than this in the cache.
   */
  static final Duration PASS_OVER = Duration.ofSeconds(30);

  /**
   * What credentials of the target must have left to be kept while it cannot be tried. With less,
   * those of the fallback are worth more to whoever is to work with them.
   */
  static final Duration ENOUGH = Duration.ofMinutes(5);

  private static final long MOST_PASSED_OVER = 10_000;

  private final Issuer kiam;
  private final Issuer fallbacks;
  private final TargetIssuer targets;
  private final FallbackListener listener;
  private final ExecutorService tasks;
  private final InstantSource clock;
  private final Duration patience;
  private final Cache<Session, TargetException> failed;

  /**
   * @param kiam assumes roles with the server's own credentials
   * @param fallbacks gives the credentials of fallback sessions, which many pods share: from a
   *     cache in front of the former
   * @param targets tries the other mechanisms
   * @param listener hears of each try that failed
   * @param tasks where targets block: a thread for each task
   */
  public MigratingIssuer(
      Issuer kiam,
      Issuer fallbacks,
      TargetIssuer targets,
      FallbackListener listener,
      ExecutorService tasks,
      InstantSource clock) {
    this(kiam, fallbacks, targets, listener, tasks, clock, TARGET_PATIENCE);
  }

  MigratingIssuer(
      Issuer kiam,
      Issuer fallbacks,
      TargetIssuer targets,
      FallbackListener listener,
      ExecutorService tasks,
      InstantSource clock,
      Duration patience) {
    this.kiam = kiam;
    this.fallbacks = fallbacks;
    this.targets = targets;
    this.listener = listener;
    this.tasks = tasks;
    this.clock = clock;
    this.patience = patience;
    this.failed =
        Caffeine.newBuilder()
            .maximumSize(MOST_PASSED_OVER)
            .expireAfterWrite(PASS_OVER)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Credentials issue(Session session) throws IssueException {
    return issue(session, /* kept= */ false);
  }

  @Override
  public Credentials renew(Session session, Credentials living) throws IssueException {
    boolean kept = !living.fallback() && living.remaining(clock.instant()).compareTo(ENOUGH) > 0;
    return issue(session, kept);
  }

  /**
   * @param kept whether the session has credentials of its target for long enough to wait for it
   */
  private Credentials issue(Session session, boolean kept) throws IssueException {
    if (session.mechanism() instanceof Mechanism.AssumeRole) {
      return kiam.issue(session);
    }
    Session fallback = session.mechanism().fallback().orElse(null);
    return fallback == null ? byTarget(session) : byTargetOr(fallback, session, kept);
  }

  private Credentials byTarget(Session session) throws IssueException {
    try {
      return targets.issue(session);
    } catch (TargetException e) {
      throw Refusals.of(session, e);
    }
  }

  private Credentials byTargetOr(Session fallback, Session session, boolean kept)
      throws IssueException {
    @Nullable TargetException failure = failed.getIfPresent(session);
    if (failure == null) {
      try {
        return soon(session);
      } catch (TargetException e) {
        if (kept && e.finding().passing()) {
          throw Refusals.of(session, e);
        }
        failure = e;
        failed.put(session, e);
        listener.fellBack(session, e.finding(), e.ownWords());
      }
    }
    try {
      return fallbacks.issue(fallback).asFallback();
    } catch (IssueException e) {
      throw new IssueException(
          e.reason(),
          "%s; tried because %s failed: %s: %s"
              .formatted(e.getMessage(), session, failure.finding().word(), failure.ownWords()),
          e);
    }
  }

  /** Tries the target for a moment. */
  private Credentials soon(Session session) throws TargetException {
    Future<Credentials> attempt;
    try {
      attempt = tasks.submit(() -> targets.issue(session));
    } catch (RejectedExecutionException e) {
      throw new TargetException(Finding.UNREACHABLE, "the server is stopping");
    }
    try {
      return attempt.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      attempt.cancel(true);
      throw new TargetException(
          Finding.UNREACHABLE, "no answer within " + patience.toMillis() + " ms");
    } catch (InterruptedException e) {
      attempt.cancel(true);
      Thread.currentThread().interrupt();
      throw new TargetException(Finding.UNREACHABLE, "the server is stopping");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TargetException failure) {
        throw failure;
      }
      // A bug in here must not cost a pod its credentials.
      LOG.error("Trying the target failed unexpectedly", e.getCause());
      throw new TargetException(Finding.UNREACHABLE, "internal error, see the server's log");
    }
  }
}
