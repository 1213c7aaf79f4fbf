package io.iambridge.server.tokens;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.iambridge.server.tokens.Review.Authentic;
import io.iambridge.server.tokens.Review.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reviews of agents' own tokens: asked of Kubernetes once a minute, and believed until their end
 * while Kubernetes does not answer, because nodes have to go on renewing then.
 *
 * <p>How it works. Tokens that were found authentic before have places of their own at the API
 * server: whoever sends garbage from anywhere can only delay agents that start. After a question
 * without an answer nobody asks about known tokens for a moment, so that an API server that hangs
 * costs agents one pause and not one for each of their calls.
 */
public final class AgentReviews {
  /** How long an answer counts. */
  static final Duration AUTHENTIC_KEPT = Duration.ofSeconds(60);

  /** A token that is not good yet (a clock that is off) may become so. */
  static final Duration REJECTED_KEPT = Duration.ofSeconds(5);

  /** How long a known token is believed without asking, after Kubernetes did not answer. */
  static final Duration BELIEVED = Duration.ofSeconds(10);

  /** 5,000 agents' tokens, the present one and the last, twice. */
  private static final long MOST_KEPT = 20_000;

  /** For tokens never seen before, and as many for others. */
  private static final int PLACES = 32;

  /** More than agents there are: whoever makes more is none. */
  private static final int MOST_WAITING = 5_000;

  /** 5,000 agents that come at once, at a few milliseconds each, and room. */
  private static final Duration PLACE_TIMEOUT = Duration.ofSeconds(5);

  private final Reviewer reviewer;
  private final Executor executor;
  private final InstantSource clock;
  private final Semaphore newcomers = new Semaphore(PLACES, /* fair= */ true);
  private final Semaphore regulars = new Semaphore(PLACES, /* fair= */ true);
  private final AsyncCache<TokenHash, Kept> recent;
  private final Cache<TokenHash, Authentic> proved;
  private volatile Instant believeUntil = Instant.MIN;

  private record Kept(Review review, Duration duration) {}

  /**
   * @param executor where the reviewer blocks: a thread for each task, bounded here
   */
  public AgentReviews(Reviewer reviewer, Executor executor, InstantSource clock) {
    this.reviewer = reviewer;
    this.executor = executor;
    this.clock = clock;
    this.recent =
        cache()
            .expireAfter(Expiry.creating((TokenHash _, Kept kept) -> kept.duration()))
            .buildAsync();
    this.proved =
        cache()
            .expireAfter(Expiry.creating((TokenHash _, Authentic a) -> left(a)))
            .<TokenHash, Authentic>build();
  }

  private Caffeine<Object, Object> cache() {
    return Caffeine.newBuilder()
        .maximumSize(MOST_KEPT)
        .ticker(() -> nanos(clock.instant()))
        .executor(Runnable::run);
  }

  /**
   * What Kubernetes says of the token, or said a moment ago. Blocks, for some seconds at most.
   *
   * @throws ReviewException when it says nothing, and never said that the token is good
   */
  public Review review(String token) throws ReviewException {
    TokenHash hash = TokenHash.of(token);
    if (newcomers.getQueueLength() >= MOST_WAITING
        && proved.getIfPresent(hash) == null
        && recent.getIfPresent(hash) == null) {
      throw new ReviewException("too many tokens that nobody knows are waiting to be reviewed");
    }
    return notExpired(
        joined(
                recent.get(
                    hash,
                    (_, _) -> CompletableFuture.supplyAsync(() -> ask(hash, token), executor)))
            .review());
  }

  /**
   * What Kubernetes says now: something else says that the last answer is no longer so.
   *
   * @throws ReviewException when it says nothing
   */
  public Review reviewAnew(String token) throws ReviewException {
    TokenHash hash = TokenHash.of(token);
    proved.invalidate(hash);
    recent.synchronous().invalidate(hash);
    return review(token);
  }

  private static Kept joined(CompletableFuture<Kept> answer) throws ReviewException {
    try {
      return answer.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ReviewException failure) {
        throw failure;
      }
      // Its class only: whatever could not be read may stand in its message, and hold the token.
      throw new ReviewException(
          "a review failed for a reason of the server's own: "
              + (e.getCause() == null ? e : e.getCause()).getClass().getName());
    }
  }

  private Kept ask(TokenHash hash, String token) {
    Optional<Authentic> before = Optional.ofNullable(proved.getIfPresent(hash));
    try {
      return before.isPresent() && kubernetesIsAway()
          ? believed(before.get())
          : asked(hash, token, before);
    } catch (ReviewException e) {
      if (before.isPresent()) {
        return believed(before.get());
      }
      throw new CompletionException(e);
    }
  }

  private boolean kubernetesIsAway() {
    return clock.instant().isBefore(believeUntil);
  }

  private Kept asked(TokenHash hash, String token, Optional<Authentic> before)
      throws ReviewException {
    Semaphore places = before.isPresent() ? regulars : newcomers;
    take(places);
    try {
      if (before.isPresent() && kubernetesIsAway()) {
        // So others have found while this one waited.
        return believed(before.get());
      }
      Review review = reviewer.review(token);
      believeUntil = Instant.MIN;
      return kept(hash, review);
    } catch (ReviewException e) {
      believeUntil = clock.instant().plus(BELIEVED);
      throw e;
    } finally {
      places.release();
    }
  }

  private static void take(Semaphore places) throws ReviewException {
    try {
      if (!places.tryAcquire(PLACE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ReviewException(
            "too many agents' tokens are being reviewed, and Kubernetes answers slowly");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ReviewException("the server is stopping");
    }
  }

  private Kept kept(TokenHash hash, Review review) {
    return switch (review) {
      case Rejected rejected -> {
        proved.invalidate(hash);
        yield new Kept(rejected, REJECTED_KEPT);
      }
      case Authentic authentic -> {
        proved.put(hash, authentic);
        yield new Kept(authentic, atMost(AUTHENTIC_KEPT, authentic));
      }
    };
  }

  private Kept believed(Authentic authentic) {
    return new Kept(authentic, atMost(BELIEVED, authentic));
  }

  private Duration atMost(Duration most, Authentic authentic) {
    Duration left = left(authentic);
    return left.compareTo(most) < 0 ? left : most;
  }

  private Duration left(Authentic authentic) {
    Duration left = Duration.between(clock.instant(), authentic.expiration());
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** By our clock too, which may be ahead of the API server's. */
  private Review notExpired(Review review) {
    return review instanceof Authentic authentic
            && !clock.instant().isBefore(authentic.expiration())
        ? new Rejected("the token has expired")
        : review;
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}
