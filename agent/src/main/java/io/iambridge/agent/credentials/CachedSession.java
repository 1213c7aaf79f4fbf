package io.iambridge.agent.credentials;

import io.iambridge.agent.credentials.FetchResult.Failed;
import io.iambridge.agent.credentials.FetchResult.Fetched;
import io.iambridge.agent.credentials.FetchResult.Refused;
import io.iambridge.agent.credentials.Outcome.Refuse;
import io.iambridge.agent.credentials.Outcome.Serve;
import io.iambridge.agent.credentials.Outcome.Unavailable;
import io.iambridge.agent.metrics.AgentMetrics.Fetch;
import io.iambridge.proto.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session: its pods, its credentials, its next renewal and who waits for it. Everything happens
 * on the state thread, except reading {@link #held}.
 */
final class CachedSession<R> {
  private static final Logger LOG = LoggerFactory.getLogger(CachedSession.class);

  /** After a failure, requests do not cause the next call before this is over. */
  private static final Duration QUIET_AFTER_FAILURE = Duration.ofSeconds(1);

  private final String session;
  private final CredentialsCache.Surroundings<R> with;

  /** Pods bound to the session, once for each of their addresses; the first one is named to ask. */
  private final Deque<String> pods = new ArrayDeque<>();

  private final Set<Waiter<R>> waiters = new LinkedHashSet<>();

  private volatile @Nullable Serve<R> held;

  /** The last thing that went wrong, until something goes right. */
  private @Nullable Outcome<R> trouble;

  private Instant quietUntil = Instant.MIN;
  private int failures;
  private boolean fetching;
  private int podsLeftToTry;
  private boolean dropped;
  private @Nullable ScheduledFuture<?> renewal;

  CachedSession(String session, String podUid, CredentialsCache.Surroundings<R> with) {
    this.session = session;
    this.with = with;
    pods.add(podUid);
  }

  @Nullable Serve<R> held() {
    return held;
  }

  void addPod(String podUid) {
    pods.add(podUid);
  }

  /** Says whether that was the last one. */
  boolean removePod(String podUid) {
    pods.removeFirstOccurrence(podUid);
    return pods.isEmpty();
  }

  /** Forgets the credentials; whatever is still on its way will not be kept. */
  void drop() {
    dropped = true;
    held = null;
    cancelRenewal();
    answerWaiters(new Unavailable<>(Reason.SESSION_CHANGED, "the pod's session has just ended"));
  }

  void get(Duration patience, Consumer<Outcome<R>> answer) {
    Instant now = with.clock().instant();
    Serve<R> current = usable(now);
    if (current != null && now.isBefore(current.floor())) {
      answer.accept(current);
      return;
    }
    if (!fetching && now.isBefore(quietUntil)) {
      answer.accept(best(now));
      return;
    }
    fetch();
    wait(patience, answer);
  }

  /** Asks the server, unless somebody already does. */
  void fetch() {
    if (fetching || dropped) {
      return;
    }
    cancelRenewal();
    fetching = true;
    podsLeftToTry = pods.size();
    ask();
  }

  private void ask() {
    podsLeftToTry--;
    String podUid = pods.getFirst();
    try {
      with.source().fetch(podUid, session, this::onAnswer);
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("session", session)
          .setCause(e)
          .log("Asking for credentials failed");
      onAnswer(new Failed(Reason.REASON_UNSPECIFIED, "the agent failed to ask for credentials"));
    }
  }

  private void onAnswer(FetchResult result) {
    with.state().execute(() -> onResult(result));
  }

  private void onResult(FetchResult result) {
    if (dropped) {
      return;
    }
    if (concernsOnlyThePod(result) && podsLeftToTry > 0) {
      // The pod has just changed and its news are on their way; the session's other pods may ask
      // too.
      pods.addLast(pods.removeFirst());
      ask();
      return;
    }
    fetching = false;
    Instant now = with.clock().instant();
    switch (result) {
      case Fetched fetched -> onFetched(fetched.credentials(), now);
      case Refused refused -> onRefused(refused, now);
      case Failed failed -> onFailed(failed, now);
    }
    answerWaiters(best(now));
  }

  private static boolean concernsOnlyThePod(FetchResult result) {
    Reason reason =
        switch (result) {
          case Fetched _ -> Reason.REASON_UNSPECIFIED;
          case Refused refused -> refused.reason();
          case Failed failed -> failed.reason();
        };
    return switch (reason) {
      case INVALID_ROLE,
          INVALID_SESSION,
          NAMESPACE_PERMITS_NOTHING,
          INVALID_NAMESPACE_RULE,
          ROLE_NOT_PERMITTED,
          OTHER_NODE,
          CALLER_UNKNOWN,
          NO_ROLE,
          SESSION_CHANGED ->
          true;
      default -> false;
    };
  }

  private void onFetched(Credentials credentials, Instant now) {
    if (!with.policy().usable(credentials, now)) {
      onFailed(new Failed(Reason.STS_UNAVAILABLE, "the server sent expired credentials"), now);
      return;
    }
    Serve<R> current = held;
    if (current == null || credentials.expiration().isAfter(current.credentials().expiration())) {
      held =
          new Serve<>(
              credentials, with.render().apply(credentials), with.policy().floor(credentials));
    }
    trouble = null;
    Instant renewAt = with.policy().renewAt(credentials, with.random());
    if (renewAt.isAfter(now)) {
      failures = 0;
      quietUntil = Instant.MIN;
      scheduleFetch(Duration.between(now, renewAt));
      with.metrics().fetched(Fetch.FETCHED);
      LOG.atInfo()
          .addKeyValue("session", session)
          .addKeyValue("expires", credentials.expiration())
          .log("Credentials fetched");
    } else {
      // The server's best is old: STS fails over there. Ask again, but not in a loop.
      with.metrics().fetched(Fetch.STALE);
      retryLater(now);
    }
  }

  private void onRefused(Refused refused, Instant now) {
    with.metrics().fetched(Fetch.REFUSED);
    LOG.atWarn()
        .addKeyValue("session", session)
        .addKeyValue("reason", refused.reason())
        .log("Credentials refused: {}", refused.message());
    trouble = new Refuse<>(refused.reason(), refused.message());
    failures++;
    quietUntil = now.plus(RenewalPolicy.REFUSAL_KEPT);
    if (usable(now) != null) {
      scheduleFetch(
          RenewalPolicy.REFUSAL_KEPT.plus(with.policy().retryDelay(failures, with.random())));
    }
    // Without credentials the next request asks again: nobody is served by asking unasked.
  }

  private void onFailed(Failed failed, Instant now) {
    with.metrics().fetched(Fetch.FAILED);
    LOG.atWarn()
        .addKeyValue("session", session)
        .addKeyValue("reason", failed.reason())
        .log("Credentials not fetched: {}", failed.message());
    trouble = new Unavailable<>(failed.reason(), failed.message());
    retryLater(now);
  }

  private void retryLater(Instant now) {
    failures++;
    quietUntil = now.plus(QUIET_AFTER_FAILURE);
    scheduleFetch(with.policy().retryDelay(failures, with.random()));
  }

  private void scheduleFetch(Duration delay) {
    cancelRenewal();
    renewal = with.state().schedule(this::fetch, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void cancelRenewal() {
    if (renewal != null) {
      renewal.cancel(/* mayInterruptIfRunning= */ false);
      renewal = null;
    }
  }

  private @Nullable Serve<R> usable(Instant now) {
    Serve<R> current = held;
    if (current != null && !with.policy().usable(current.credentials(), now)) {
      held = null;
      return null;
    }
    return current;
  }

  /** Old credentials are better than none; none are explained by what went wrong last. */
  private Outcome<R> best(Instant now) {
    Serve<R> current = usable(now);
    if (current != null) {
      return current;
    }
    return trouble != null
        ? trouble
        : new Unavailable<>(Reason.STS_UNAVAILABLE, "the credentials have not arrived yet");
  }

  private void wait(Duration patience, Consumer<Outcome<R>> answer) {
    Waiter<R> waiter = new Waiter<>(answer);
    waiters.add(waiter);
    waiter.timeout =
        with.state()
            .schedule(
                () -> {
                  waiters.remove(waiter);
                  answer.accept(best(with.clock().instant()));
                },
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void answerWaiters(Outcome<R> outcome) {
    List<Waiter<R>> answered = List.copyOf(waiters);
    waiters.clear();
    for (Waiter<R> waiter : answered) {
      if (waiter.timeout != null) {
        waiter.timeout.cancel(/* mayInterruptIfRunning= */ false);
      }
      waiter.answer.accept(outcome);
    }
  }

  /**
   * A request that waits; bounded by the number of connections, as each has one request at a time.
   */
  private static final class Waiter<R> {
    private final Consumer<Outcome<R>> answer;
    private @Nullable ScheduledFuture<?> timeout;

    Waiter(Consumer<Outcome<R>> answer) {
      this.answer = answer;
    }
  }
}
