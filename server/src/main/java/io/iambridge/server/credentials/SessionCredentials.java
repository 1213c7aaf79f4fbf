package io.iambridge.server.credentials;

import io.iambridge.proto.v1.Reason;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The credentials of one session: those it has, those on their way, or why there are none. */
final class SessionCredentials {
  private static final Logger LOG = LoggerFactory.getLogger(SessionCredentials.class);

  private record Failure(IssueException cause, Instant until) {}

  private final Session session;
  private final Issuer issuer;
  private final Executor executor;
  private final InstantSource clock;
  private final RandomGenerator random;

  private @Nullable Credentials current;
  private Instant freshUntil = Instant.MIN;
  private @Nullable Failure failure;
  private @Nullable CompletableFuture<Credentials> underWay;

  /**
   * @param issuer blocks
   */
  SessionCredentials(
      Session session,
      Issuer issuer,
      Executor executor,
      InstantSource clock,
      RandomGenerator random) {
    this.session = session;
    this.issuer = issuer;
    this.executor = executor;
    this.clock = clock;
    this.random = random;
  }

  CompletableFuture<Credentials> get() {
    CompletableFuture<Credentials> result;
    synchronized (this) {
      Instant now = clock.instant();
      if (current != null && now.isBefore(freshUntil)) {
        return CompletableFuture.completedFuture(current);
      }
      if (underWay != null) {
        return underWay.copy();
      }
      if (failure != null && now.isBefore(failure.until())) {
        return current != null && RenewalPolicy.isAlive(current, now)
            ? CompletableFuture.completedFuture(current)
            : CompletableFuture.failedFuture(failure.cause());
      }
      result = new CompletableFuture<>();
      underWay = result;
    }
    // A copy: whoever cancels theirs must not cancel everybody's.
    CompletableFuture<Credentials> copy = result.copy();
    try {
      executor.execute(() -> ask(result));
    } catch (RejectedExecutionException e) {
      failed(new IssueException(Reason.STS_UNAVAILABLE, "the server is stopping", e), result);
    }
    return copy;
  }

  private void ask(CompletableFuture<Credentials> result) {
    try {
      Credentials old = living();
      Credentials issued = old == null ? issuer.issue(session) : issuer.renew(session, old);
      synchronized (this) {
        current = issued;
        freshUntil = RenewalPolicy.freshUntil(issued, clock.instant(), random);
        failure = null;
        underWay = null;
      }
      result.complete(issued);
    } catch (IssueException e) {
      failed(e, result);
    } catch (RuntimeException | Error e) {
      // A bug must not leave the session waiting for an answer for ever.
      LOG.error("Issuing credentials failed unexpectedly", e);
      failed(
          new IssueException(Reason.STS_UNAVAILABLE, "internal error, see the server's log", e),
          result);
    }
  }

  private synchronized @Nullable Credentials living() {
    return current != null && RenewalPolicy.isAlive(current, clock.instant()) ? current : null;
  }

  private void failed(IssueException cause, CompletableFuture<Credentials> result) {
    Credentials old;
    synchronized (this) {
      Instant now = clock.instant();
      failure = new Failure(cause, now.plus(RenewalPolicy.pauseAfter(cause, random)));
      underWay = null;
      old = living();
    }
    if (old != null) {
      result.complete(old);
    } else {
      result.completeExceptionally(cause);
    }
  }
}
