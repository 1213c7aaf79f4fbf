package io.iambridge.server;

import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.targets.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Pods that fall back because their service account is not there. At our start, and when both are
 * new, it has mostly only not been seen yet: only what stays so is worth telling.
 */
final class LateAccounts {
  /** Much longer than one watch lags behind another. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  static final int MAX = 10_000;

  private final InstantSource clock;
  private final Map<String, Instant> sinceByUid = new ConcurrentHashMap<>();

  LateAccounts(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether there is room for the pod: otherwise it is to be told of at once. */
  boolean add(Pod pod) {
    if (sinceByUid.size() >= MAX) {
      return false;
    }
    sinceByUid.putIfAbsent(pod.uid(), clock.instant());
    return true;
  }

  /** Tells of those that are still without, once. */
  void tell(Function<String, Optional<PodBinding>> find, Consumer<PodBinding> tell) {
    Instant due = clock.instant().minus(PATIENCE);
    sinceByUid.forEach((uid, since) -> {
      if (!since.isAfter(due) && sinceByUid.remove(uid, since)) {
        find.apply(uid)
            .filter(Decisions::advisable)
            .filter(found -> found.fellBack().equals(Optional.of(Finding.NO_SERVICE_ACCOUNT)))
            .ifPresent(tell);
      }
    });
  }
}
