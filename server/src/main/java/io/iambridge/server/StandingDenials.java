package io.iambridge.server;

import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Remembers which pods are refused, so that they are told again while they are: Kubernetes drops an
 * Event after an hour (kube-apiserver --event-ttl), and a burst may have found no place in the
 * queue.
 */
final class StandingDenials {
  /** Less than an hour, with {@link #SPREAD} too. */
  static final Duration PAUSE = Duration.ofMinutes(45);

  /** So that what was refused at one moment, as at our start, is not told again at one moment. */
  static final Duration SPREAD = Duration.ofMinutes(10);

  private static final int MAX = 10_000;

  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Instant> dueByUid = new ConcurrentHashMap<>();

  StandingDenials(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** The pod is refused. Beyond a bound it is told this once only. */
  void add(Pod pod) {
    if (dueByUid.size() < MAX) {
      dueByUid.put(pod.uid(), next());
    }
  }

  /** The pod is not refused any more. */
  void remove(Pod pod) {
    dueByUid.remove(pod.uid());
  }

  int size() {
    return dueByUid.size();
  }

  /**
   * Tells those that are due again, and forgets those that are gone or not refused any more.
   *
   * @param find what a pod may have now, by its uid
   */
  void repeat(Function<String, Optional<PodBinding>> find, BiConsumer<Pod, Denial> tell) {
    Instant now = clock.instant();
    dueByUid.forEach((uid, due) -> {
      if (!now.isBefore(due)) {
        PodBinding found = find.apply(uid).filter(Decisions::advisable).orElse(null);
        if (found != null && found.entitlement() instanceof Denial denial) {
          dueByUid.replace(uid, due, next());
          tell.accept(found.pod(), denial);
        } else {
          dueByUid.remove(uid, due);
        }
      }
    });
  }

  private Instant next() {
    return clock
        .instant()
        .plus(PAUSE)
        .plusMillis(random.nextLong(-SPREAD.toMillis(), SPREAD.toMillis()));
  }
}
