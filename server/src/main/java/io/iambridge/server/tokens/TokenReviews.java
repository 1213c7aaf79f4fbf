package io.iambridge.server.tokens;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.iambridge.server.tokens.Review.Authentic;
import io.iambridge.server.tokens.Review.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reviews of tokens, each asked of Kubernetes once and remembered for a moment: agents ask again
 * for every pod each minute, and one pod's SDKs start together.
 */
public final class TokenReviews {
  /** A pod that is gone is known from the watch at once; this is for whatever else ends a token. */
  static final Duration AUTHENTIC_KEPT = Duration.ofSeconds(60);

  /** A token that is not good yet (a clock that is off) may become so. */
  static final Duration REJECTED_KEPT = Duration.ofSeconds(5);

  /** Tokens of some thousand nodes' pods in a minute; more only cost another review. */
  private static final long MOST_KEPT = 50_000;

  /** What one server may ask of the API server at a time: its other clients need it too. */
  private static final int PLACES = 32;

  private static final Duration PLACE_TIMEOUT = Duration.ofMillis(500);

  private final Reviewer reviewer;
  private final Executor executor;
  private final InstantSource clock;
  private final Semaphore places = new Semaphore(PLACES, /* fair= */ true);
  private final AsyncCache<TokenHash, Review> kept;

  /**
   * @param executor where the reviewer blocks: a thread for each task, bounded here
   */
  public TokenReviews(Reviewer reviewer, Executor executor, InstantSource clock) {
    this.reviewer = reviewer;
    this.executor = executor;
    this.clock = clock;
    this.kept =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEPT)
            .expireAfter(Expiry.creating((TokenHash _, Review review) -> keep(review)))
            .ticker(() -> nanos(clock.instant()))
            .executor(Runnable::run)
            .buildAsync();
  }

  /**
   * What Kubernetes says of the token, or said a moment ago. Fails with a {@link ReviewException}
   * when it says nothing, which is not remembered. Cancelling the result cancels nothing.
   */
  public CompletableFuture<Review> review(String token) {
    return kept.get(
            TokenHash.of(token),
            (_, _) -> CompletableFuture.supplyAsync(() -> ask(token), executor))
        .thenApply(this::notExpired);
  }

  /** The next review is to be a new one: something else says that the last is no longer so. */
  void forget(String token) {
    kept.synchronous().invalidate(TokenHash.of(token));
  }

  private Review ask(String token) {
    try {
      if (!places.tryAcquire(PLACE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ReviewException(
            "too many tokens are being reviewed, and Kubernetes answers slowly");
      }
    } catch (ReviewException e) {
      throw new CompletionException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(new ReviewException("the server is stopping"));
    }
    try {
      return reviewer.review(token);
    } catch (ReviewException e) {
      throw new CompletionException(e);
    } finally {
      places.release();
    }
  }

  private Duration keep(Review review) {
    return switch (review) {
      case Rejected _ -> REJECTED_KEPT;
      case Authentic authentic -> {
        Duration left = Duration.between(clock.instant(), authentic.expiration());
        Duration most = left.compareTo(AUTHENTIC_KEPT) < 0 ? left : AUTHENTIC_KEPT;
        yield most.isNegative() ? Duration.ZERO : most;
      }
    };
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
