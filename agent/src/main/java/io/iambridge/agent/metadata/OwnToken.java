package io.iambridge.agent.metadata;

import io.iambridge.agent.metadata.Upstream.Reply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The agent's own session token for the true metadata service. Never a pod's, and never given to
 * one.
 *
 * <p>How it works. One token serves all requests for almost six hours; whoever needs it while it is
 * being fetched waits for the same answer. A service that knows no tokens (404 and the like) is
 * asked again for one after a few minutes only.
 */
final class OwnToken {
  /** The longest that there is. */
  private static final int TTL_SECONDS = 21_600;

  private static final Duration USED = Duration.ofSeconds(TTL_SECONDS).minusMinutes(5);
  private static final Duration WITHOUT = Duration.ofMinutes(5);
  private static final Pattern TOKEN = Pattern.compile("[!-~]{1,1024}");

  private final Upstream upstream;
  private final InstantSource clock;
  private CompletableFuture<Optional<String>> current =
      CompletableFuture.failedFuture(new MetadataTrouble("no token yet"));
  private @Nullable Instant from;
  private Duration life = Duration.ZERO;

  OwnToken(Upstream upstream, InstantSource clock) {
    this.upstream = upstream;
    this.clock = clock;
  }

  /** The token; empty where there are none. Fails where the service does not say. */
  synchronized CompletableFuture<Optional<String>> get() {
    Instant start = from;
    if (!current.isDone()) {
      return current;
    }
    Duration age = start == null ? Duration.ZERO : Duration.between(start, clock.instant());
    boolean good = start != null && !age.isNegative() && age.compareTo(life) < 0;
    return good ? current : fetch();
  }

  /**
   * Another one than that which the service has just refused; asks once for all that are told so.
   */
  synchronized CompletableFuture<Optional<String>> insteadOf(Optional<String> refused) {
    boolean isCurrent =
        current.isDone()
            && from != null
            && Optional.of(refused).equals(Optional.of(current.join()));
    return isCurrent ? fetch() : get();
  }

  private CompletableFuture<Optional<String>> fetch() {
    from = null;
    Instant asked = clock.instant();
    CompletableFuture<Optional<String>> fetched = new CompletableFuture<>();
    current = fetched;
    var _ =
        upstream
            .createToken(TTL_SECONDS)
            .thenApply(OwnToken::read)
            .thenAccept(token -> got(fetched, asked, token))
            .whenComplete((_, failure) -> {
              if (failure != null) {
                fetched.completeExceptionally(failure);
              }
            });
    return fetched;
  }

  private void got(
      CompletableFuture<Optional<String>> fetched, Instant asked, Optional<String> token) {
    synchronized (this) {
      from = asked;
      life = token.isPresent() ? USED : WITHOUT;
    }
    fetched.complete(token);
  }

  private static Optional<String> read(Reply reply) {
    return switch (reply.status()) {
      case 200 -> {
        String token = reply.body();
        if (!TOKEN.matcher(token).matches()) {
          throw new MetadataTrouble("the metadata service answers no usable session token");
        }
        yield Optional.of(token);
      }
      case 403, 404, 405 -> Optional.empty();
      default ->
          throw new MetadataTrouble(
              "the metadata service answers " + reply.status() + " to our request for a token");
    };
  }
}
