package io.iambridge.agent.podidentity;

import io.iambridge.agent.address.AddressQuota;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.TokenReview;
import io.iambridge.agent.podidentity.Token.Hash;
import io.iambridge.proto.v1.Reason;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reviews of tokens that are on their way to the server: one for each token and address, however
 * many requests wait for it, and only so many of one address and of all. A refused token keeps its
 * place for a while, or a pod in a loop would have the API server verify garbage all day.
 *
 * <p>Everything happens on the state thread. A request that gives up only stops waiting.
 */
final class Reviews {
  /** Of a node whose pods all start at once. */
  static final int PLACES = 256;

  /** The containers of one pod, or the hostNetwork pods of a node, which share an address. */
  static final int PLACES_PER_ADDRESS = 16;

  static final Duration REFUSED_KEEPS_PLACE = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Reviews.class);

  private record Key(Hash token, InetAddress source) {}

  private final TokenServer server;
  private final ScheduledExecutorService state;
  private final AgentMetrics metrics;
  private final AddressQuota quota = new AddressQuota(PLACES_PER_ADDRESS);
  private final Map<Key, Set<Waiter>> underWay = new HashMap<>();
  private int taken;
  private @Nullable String lastTrouble;

  Reviews(TokenServer server, ScheduledExecutorService state, AgentMetrics metrics) {
    this.server = server;
    this.state = state;
    this.metrics = metrics;
  }

  /**
   * Answers exactly once, on the state thread, within {@code patience}; with nothing when too many
   * are under way. Any thread.
   */
  void review(
      Token token, InetAddress source, Duration patience, Consumer<Optional<Review>> answer) {
    state.execute(() -> wait(new Key(token.hash(), source), token, patience, answer));
  }

  private void wait(Key key, Token token, Duration patience, Consumer<Optional<Review>> answer) {
    Set<Waiter> waiters = underWay.get(key);
    boolean first = waiters == null;
    if (waiters == null) {
      if (!takePlace(key.source)) {
        answer.accept(Optional.empty());
        return;
      }
      waiters = new LinkedHashSet<>();
      underWay.put(key, waiters);
    }
    Waiter waiter = new Waiter(answer);
    Set<Waiter> waiting = waiters;
    waiting.add(waiter);
    waiter.timeout =
        state.schedule(
            () -> {
              if (waiting.remove(waiter)) {
                answer.accept(
                    Optional.of(
                        new Review.Failed(
                            Reason.TOKEN_REVIEW_UNAVAILABLE,
                            "the iambridge server has not reviewed the token in time")));
              }
            },
            patience.toMillis(),
            TimeUnit.MILLISECONDS);
    if (first) {
      ask(key, token);
    }
  }

  private boolean takePlace(InetAddress source) {
    if (taken >= PLACES || !quota.take(source)) {
      return false;
    }
    taken++;
    return true;
  }

  private void ask(Key key, Token token) {
    try {
      server.review(token, key.source, review -> state.execute(() -> answered(key, review)));
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("Asking for a review failed");
      Review failed =
          new Review.Failed(Reason.REASON_UNSPECIFIED, "the agent failed to ask for a review");
      state.execute(() -> answered(key, failed));
    }
  }

  private void answered(Key key, Review review) {
    Set<Waiter> waiters = underWay.remove(key);
    if (waiters == null) {
      return;
    }
    if (review instanceof Review.Refused) {
      var _ =
          state.schedule(
              () -> giveBack(key.source), REFUSED_KEEPS_PLACE.toMillis(), TimeUnit.MILLISECONDS);
    } else {
      giveBack(key.source);
    }
    tell(review);
    for (Waiter waiter : List.copyOf(waiters)) {
      if (waiter.timeout != null) {
        waiter.timeout.cancel(/* mayInterruptIfRunning= */ false);
      }
      waiter.answer.accept(Optional.of(review));
    }
    waiters.clear();
  }

  private void giveBack(InetAddress source) {
    taken--;
    quota.giveBack(source);
  }

  private void tell(Review review) {
    switch (review) {
      case Review.Verified _ -> {
        metrics.tokenReviewed(TokenReview.VERIFIED);
        lastTrouble = null;
      }
      case Review.Refused _ -> metrics.tokenReviewed(TokenReview.REFUSED);
      case Review.Failed failed -> {
        metrics.tokenReviewed(TokenReview.FAILED);
        // The same trouble again is no news.
        if (!failed.detail().equals(lastTrouble)) {
          lastTrouble = failed.detail();
          LOG.atWarn()
              .addKeyValue("reason", failed.reason())
              .log("A token could not be reviewed: {}", failed.detail());
        }
      }
    }
  }

  /** A request; bounded by the number of connections, as each has one request at a time. */
  private static final class Waiter {
    private final Consumer<Optional<Review>> answer;
    private @Nullable ScheduledFuture<?> timeout;

    Waiter(Consumer<Optional<Review>> answer) {
      this.answer = answer;
    }
  }
}
