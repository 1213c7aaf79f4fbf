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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session: its pods, its credentials, its next renewal and who waits for it. Everything happens
 * on the state thread, except {@link #held}.
 *
 * <p>Pods share the credentials, but each has its own right to them. A pod that the server refuses
 * by name is served nothing from then on, even before the watch tells, until the watch tells of the
 * pod again or the server answers another question for it; the session's other pods go on.
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

  /** Pods the server refuses, while it does; written on the state thread. */
  private final Map<String, Refusal<R>> refused = new ConcurrentHashMap<>();

  private volatile @Nullable Serve<R> held;

  /** The last thing that went wrong, until something goes right. */
  private @Nullable Outcome<R> trouble;

  private Instant quietUntil = Instant.MIN;
  private int failures;
  private boolean fetching;
  private final Deque<String> podsToAsk = new ArrayDeque<>();
  private boolean dropped;
  private @Nullable ScheduledFuture<?> renewal;

  /** What a pod is answered, and until when without asking again. */
  private record Refusal<R>(Outcome<R> answer, Instant quietUntil) {}

  CachedSession(String session, String podUid, CredentialsCache.Surroundings<R> with) {
    this.session = session;
    this.with = with;
    pods.add(podUid);
  }

  /** What the pod may be served. Any thread. */
  @Nullable Serve<R> held(String podUid) {
    // In this order: a pod is refused before credentials that it must not see are there.
    Serve<R> current = held;
    return refused.containsKey(podUid) ? null : current;
  }

  /** The pod is bound to the session, which is news also of a pod that was refused. */
  void addPod(String podUid) {
    boolean nobodyElse = everyPodIsRefused();
    pods.add(podUid);
    refused.remove(podUid);
    if (nobodyElse && !fetching) {
      // What was said to the others is not said to this one.
      quietUntil = Instant.MIN;
      fetch();
    }
  }

  /** Says whether that was the last one. */
  boolean removePod(String podUid) {
    pods.removeFirstOccurrence(podUid);
    if (!pods.contains(podUid)) {
      refused.remove(podUid);
    }
    dropWhatNobodyMayHave();
    return pods.isEmpty();
  }

  private boolean everyPodIsRefused() {
    return refused.keySet().containsAll(pods);
  }

  private void dropWhatNobodyMayHave() {
    if (everyPodIsRefused()) {
      held = null;
    }
  }

  /** Forgets the credentials; whatever is still on its way will not be kept. */
  void drop() {
    dropped = true;
    held = null;
    cancelRenewal();
    Outcome<R> ended =
        new Unavailable<>(Reason.SESSION_CHANGED, "the pod's session has just ended");
    answerWaiters(_ -> ended);
  }

  void get(String podUid, Duration patience, Consumer<Outcome<R>> answer) {
    Instant now = with.clock().instant();
    Refusal<R> refusal = refused.get(podUid);
    if (refusal != null && (fetching || quiet(refusal.quietUntil, now))) {
      answer.accept(refusal.answer);
      return;
    }
    Serve<R> current = usable(now);
    if (refusal == null && current != null && (now.isBefore(current.floor()) || failures > 0)) {
      // After a failure the timer asks, not whoever comes by: all sessions have callers that do,
      // and would be asked for in the second in which the server is back.
      answer.accept(current);
      return;
    }
    if (refusal == null && !fetching && quiet(quietUntil, now)) {
      answer.accept(best(podUid, now));
      return;
    }
    if (refusal != null) {
      // Only asking in its own name can end its refusal.
      pods.removeFirstOccurrence(podUid);
      pods.addFirst(podUid);
    }
    fetch();
    wait(podUid, patience, answer);
  }

  /** A clock that is set back must not make a pause longer. */
  private static boolean quiet(Instant until, Instant now) {
    return now.isBefore(until) && !until.isAfter(now.plus(RenewalPolicy.LONGEST_QUIET));
  }

  /** Asks the server, unless somebody already does. */
  void fetch() {
    if (fetching || dropped) {
      return;
    }
    cancelRenewal();
    fetching = true;
    podsToAsk.clear();
    podsToAsk.addAll(new LinkedHashSet<>(pods));
    Instant now = with.clock().instant();
    podsToAsk.removeIf(podUid -> {
      Refusal<R> refusal = refused.get(podUid);
      return refusal != null && quiet(refusal.quietUntil, now);
    });
    if (podsToAsk.isEmpty()) {
      podsToAsk.add(pods.getFirst());
    }
    ask();
  }

  private void ask() {
    String podUid = podsToAsk.removeFirst();
    try {
      with.source().fetch(podUid, session, result -> onAnswer(podUid, result));
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("session", session)
          .setCause(e)
          .log("Asking for credentials failed");
      onAnswer(
          podUid, new Failed(Reason.REASON_UNSPECIFIED, "the agent failed to ask for credentials"));
    }
  }

  private void onAnswer(String podUid, FetchResult result) {
    with.state().execute(() -> onResult(podUid, result));
  }

  private void onResult(String podUid, FetchResult result) {
    if (dropped) {
      return;
    }
    Instant now = with.clock().instant();
    if (pods.contains(podUid)) {
      remember(podUid, result, now);
    }
    podsToAsk.removeIf(next -> !pods.contains(next));
    if (concernsOnlyThePod(result) && !podsToAsk.isEmpty()) {
      // The pod has just changed and its news are on their way; the session's other pods may ask
      // too, and next time before this one.
      if (pods.removeFirstOccurrence(podUid)) {
        pods.addLast(podUid);
      }
      ask();
      return;
    }
    fetching = false;
    switch (result) {
      case Fetched fetched -> onFetched(fetched.credentials(), now);
      case Refused refusal -> onRefused(refusal, now);
      case Failed failed -> onFailed(failed, now);
    }
    answerWaiters(waiter -> best(waiter.podUid, now));
  }

  /** What the answer says of the pod in whose name we asked. */
  private void remember(String podUid, FetchResult result, Instant now) {
    Outcome<R> answer =
        switch (result) {
          case Refused(var reason, var message, _) -> new Refuse<>(reason, message);
          case Failed(var reason, var message, _) -> new Unavailable<>(reason, message);
          case Fetched _ -> null;
        };
    if (answer == null) {
      refused.remove(podUid);
    } else if (concernsOnlyThePod(result) && reason(result) != Reason.CALLER_UNKNOWN) {
      // Not CALLER_UNKNOWN: a server that lags says that of a pod that is new.
      refused.put(podUid, new Refusal<>(answer, now.plus(RenewalPolicy.REFUSAL_KEPT)));
      dropWhatNobodyMayHave();
    }
  }

  private static Reason reason(FetchResult result) {
    return switch (result) {
      case Fetched _ -> Reason.REASON_UNSPECIFIED;
      case Refused refusal -> refusal.reason();
      case Failed failed -> failed.reason();
    };
  }

  private static boolean concernsOnlyThePod(FetchResult result) {
    return switch (reason(result)) {
      case INVALID_ROLE,
          INVALID_SESSION,
          NAMESPACE_PERMITS_NOTHING,
          INVALID_NAMESPACE_RULE,
          ROLE_NOT_PERMITTED,
          RETIRED,
          NO_TARGET_ROLE,
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
    // The newer ones, however long they live: a session that was made shorter is so for a reason.
    if (current == null || credentials.issued().isAfter(current.credentials().issued())) {
      held =
          new Serve<>(
              credentials, with.render().apply(credentials), with.policy().floor(credentials));
    }
    trouble = null;
    Instant renewAt = with.policy().renewAt(credentials, now, with.random());
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

  private void onRefused(Refused refusal, Instant now) {
    with.metrics().fetched(Fetch.REFUSED);
    LOG.atWarn()
        .addKeyValue("session", session)
        .addKeyValue("reason", refusal.reason())
        .log("Credentials refused: {}", refusal.detail());
    if (!concernsOnlyThePod(refusal)) {
      trouble = new Refuse<>(refusal.reason(), refusal.message());
    }
    failures++;
    quietUntil = now.plus(RenewalPolicy.REFUSAL_KEPT);
    if (usable(now) != null) {
      scheduleFetch(RenewalPolicy.REFUSAL_KEPT.plus(retryDelay(now)));
    }
    // Without credentials the next request asks again: nobody is served by asking unasked.
  }

  private void onFailed(Failed failed, Instant now) {
    with.metrics().fetched(Fetch.FAILED);
    LOG.atWarn()
        .addKeyValue("session", session)
        .addKeyValue("reason", failed.reason())
        .log("Credentials not fetched: {}", failed.detail());
    trouble = new Unavailable<>(failed.reason(), failed.message());
    retryLater(now);
  }

  private void retryLater(Instant now) {
    failures++;
    quietUntil = now.plus(QUIET_AFTER_FAILURE);
    scheduleFetch(retryDelay(now));
  }

  private Duration retryDelay(Instant now) {
    Duration delay = with.policy().retryDelay(failures, with.random());
    Serve<R> current = usable(now);
    return current == null
        ? delay
        : with.policy().soonEnough(delay, current.credentials(), now, with.random());
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
  private Outcome<R> best(String podUid, Instant now) {
    Refusal<R> refusal = refused.get(podUid);
    if (refusal != null) {
      return refusal.answer;
    }
    Serve<R> current = usable(now);
    if (current != null) {
      return current;
    }
    return trouble != null
        ? trouble
        : new Unavailable<>(Reason.STS_UNAVAILABLE, "the credentials have not arrived yet");
  }

  private void wait(String podUid, Duration patience, Consumer<Outcome<R>> answer) {
    Waiter<R> waiter = new Waiter<>(podUid, answer);
    waiters.add(waiter);
    waiter.timeout =
        with.state()
            .schedule(
                () -> {
                  waiters.remove(waiter);
                  answer.accept(best(podUid, with.clock().instant()));
                },
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void answerWaiters(Function<Waiter<R>, Outcome<R>> outcome) {
    List<Waiter<R>> answered = List.copyOf(waiters);
    waiters.clear();
    for (Waiter<R> waiter : answered) {
      if (waiter.timeout != null) {
        waiter.timeout.cancel(/* mayInterruptIfRunning= */ false);
      }
      waiter.answer.accept(outcome.apply(waiter));
    }
  }

  /**
   * A request that waits; bounded by the number of connections, as each has one request at a time.
   */
  private static final class Waiter<R> {
    private final String podUid;
    private final Consumer<Outcome<R>> answer;
    private @Nullable ScheduledFuture<?> timeout;

    Waiter(String podUid, Consumer<Outcome<R>> answer) {
      this.podUid = podUid;
      this.answer = answer;
    }
  }
}
