package io.iambridge.server.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;

/**
 * Keeps a program in a loop from filling the audit log: the same again is written once a minute,
 * with how often it happened in between. Of one who varies what he does, so many variants a minute
 * are written, and all others are one.
 */
final class Repeats {
  static final Duration PAUSE = Duration.ofMinutes(1);

  /** Variants of one subject in a minute. */
  static final int VARIANTS = 20;

  private static final long MOST_KEPT = 10_000;

  private final InstantSource clock;
  private final Cache<String, Last> lasts;
  private final Cache<String, Integer> variants;

  private record Last(Instant written, long since) {}

  Repeats(InstantSource clock) {
    this.clock = clock;
    // An hour: a count that nobody adds to any more is forgotten.
    this.lasts = cache().expireAfterAccess(PAUSE.multipliedBy(60)).<String, Last>build();
    this.variants = cache().expireAfterWrite(PAUSE).<String, Integer>build();
  }

  private Caffeine<Object, Object> cache() {
    return Caffeine.newBuilder()
        .maximumSize(MOST_KEPT)
        .ticker(() -> clock.instant().getEpochSecond() * 1_000_000_000L)
        .executor(Runnable::run);
  }

  /**
   * How often it happened without being written since it was written last; empty when it is not to
   * be written now either.
   *
   * @param subject who does what
   * @param variant in which way; equal ones are the same again
   */
  OptionalLong unwritten(String subject, String variant) {
    String exactly = subject + " " + variant;
    return since(lasts.getIfPresent(exactly) != null || isOneMore(subject) ? exactly : subject);
  }

  private boolean isOneMore(String subject) {
    Integer before = variants.getIfPresent(subject);
    int count = before == null ? 0 : before;
    if (count >= VARIANTS) {
      return false;
    }
    // Two at a time may count as one: it is no exact number.
    variants.put(subject, count + 1);
    return true;
  }

  private OptionalLong since(String what) {
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
