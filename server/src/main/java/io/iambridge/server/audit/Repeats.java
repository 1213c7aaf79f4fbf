package io.iambridge.server.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;

/**
 * Keeps a program in a loop from filling the audit log: the same again is written once a minute,
 * with how often it happened in between.
 */
final class Repeats {
  static final Duration PAUSE = Duration.ofMinutes(1);

  /** A count that nobody adds to any more. */
  private static final Duration FORGET_AFTER = Duration.ofHours(1);

  private static final long MOST_KEPT = 10_000;

  private final InstantSource clock;
  private final Cache<String, Last> lasts;

  private record Last(Instant written, long since) {}

  Repeats(InstantSource clock) {
    this.clock = clock;
    this.lasts =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEPT)
            .expireAfterAccess(FORGET_AFTER)
            .ticker(() -> clock.instant().getEpochSecond() * 1_000_000_000L)
            .executor(Runnable::run)
            .build();
  }

  /**
   * How often it happened without being written since it was written last; empty when it is not to
   * be written now either.
   *
   * @param what names what happened; equal texts are the same again
   */
  OptionalLong unwritten(String what) {
    Instant now = clock.instant();
    long[] result = {0};
    lasts
        .asMap()
        .compute(
            what,
            (_, last) -> {
              if (last == null) {
                return new Last(now, 0);
              }
              if (now.isBefore(last.written().plus(PAUSE))) {
                result[0] = -1;
                return new Last(last.written(), last.since() + 1);
              }
              result[0] = last.since();
              return new Last(now, 0);
            });
    return result[0] < 0 ? OptionalLong.empty() : OptionalLong.of(result[0]);
  }
}
