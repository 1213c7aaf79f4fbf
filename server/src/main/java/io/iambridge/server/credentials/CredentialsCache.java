package io.iambridge.server.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.iambridge.proto.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Keeps each session's credentials, and gets new ones when it is asked for them past their half
 * life. Nothing is renewed that nobody asks for: agents ask ahead of their need, so this cache
 * needs no timers, and its renewals need no queue that could drop one.
 */
public final class CredentialsCache {
  private static final long MAX_SESSIONS = 100_000;

  /**
   * An agent asks again before half of an hour's session is over; longer sessions are past their
   * half life then.
   */
  private static final Duration FORGET_AFTER = Duration.ofHours(1);

  /** More than an issuer takes: it waits for a place, and then for STS. */
  private static final Duration LONGEST_ISSUE = Duration.ofSeconds(30);

  private final Cache<Session, SessionCredentials> sessions;
  private final Issuer issuer;
  private final Executor executor;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param issuer asked for new credentials, once at a time for each session
   * @param executor where the issuer blocks: a thread for each task, it bounds itself
   * @param random spreads what is asked again after a failure; shared between threads
   */
  public CredentialsCache(
      Issuer issuer, Executor executor, InstantSource clock, RandomGenerator random) {
    this(executor, clock, random, _ -> issuer);
  }

  private CredentialsCache(
      Executor executor,
      InstantSource clock,
      RandomGenerator random,
      Function<Issuer, Issuer> issuer) {
    this.issuer = issuer.apply(this::await);
    this.executor = executor;
    this.clock = clock;
    this.random = random;
    this.sessions =
        Caffeine.newBuilder()
            .maximumSize(MAX_SESSIONS)
            .expireAfterAccess(FORGET_AFTER)
            .ticker(() -> nanos(clock.instant()))
            .executor(Runnable::run)
            .build();
  }

  /**
   * One whose issuer takes the credentials of fallbacks, which many sessions share, from this very
   * cache.
   *
   * @param issuer made once, of an issuer that answers from this cache and blocks as long as that
   *     asks
   */
  public static CredentialsCache withFallbacks(
      Function<Issuer, Issuer> issuer,
      Executor executor,
      InstantSource clock,
      RandomGenerator random) {
    return new CredentialsCache(executor, clock, random, issuer);
  }

  /**
   * The session's credentials: fresh ones where STS gives them, else the old ones while they live.
   * Fails with an {@link IssueException} only when there is nothing to hand out.
   *
   * <p>Everybody who asks while STS is being asked waits for that one answer. Cancelling the result
   * cancels nothing.
   */
  public CompletableFuture<Credentials> get(Session session) {
    return sessions.get(session, this::newSession).get();
  }

  /**
   * Forgets the credentials of sessions that nobody may have any more: what is not kept cannot be
   * stolen. To be called every minute; whoever waits for an answer still gets it. The fallbacks of
   * wanted sessions are wanted.
   */
  public void keepOnly(Predicate<Session> wanted) {
    Set<Session> all = sessions.asMap().keySet();
    Set<Session> fallbacks =
        all.stream()
            .filter(wanted)
            .map(session -> session.mechanism().fallback())
            .flatMap(Optional::stream)
            .collect(Collectors.toSet());
    all.removeIf(session -> !fallbacks.contains(session) && !wanted.test(session));
  }

  /** How many sessions are kept. */
  public long size() {
    return sessions.estimatedSize();
  }

  private Credentials await(Session session) throws IssueException {
    try {
      return get(session).get(LONGEST_ISSUE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IssueException failure) {
        throw failure;
      }
      throw new IssueException(Reason.STS_UNAVAILABLE, "internal error, see the server's log", e);
    } catch (TimeoutException e) {
      throw new IssueException(Reason.STS_UNAVAILABLE, "STS did not answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IssueException(Reason.STS_UNAVAILABLE, "the server is stopping", e);
    }
  }

  private SessionCredentials newSession(Session session) {
    return new SessionCredentials(session, issuer, executor, clock, random);
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}
