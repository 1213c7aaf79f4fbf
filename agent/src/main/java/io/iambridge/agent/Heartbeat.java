package io.iambridge.agent;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the state thread still does its work. When it hangs, the agent hears of no pod and renews
 * no credentials, though its other threads go on answering: only a restart helps.
 */
final class Heartbeat {
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /** Several beats, so that a busy node is not taken for a dead agent. */
  static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

  private final LongSupplier nanos;
  private volatile long lastBeat;

  /**
   * Begins to beat.
   *
   * @param state the thread it watches
   * @param nanos a clock that nobody sets: the system's time may jump by more than any silence
   */
  Heartbeat(ScheduledExecutorService state, LongSupplier nanos) {
    this.nanos = nanos;
    this.lastBeat = nanos.getAsLong();
    var _ =
        state.scheduleAtFixedRate(
            this::beat, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void beat() {
    lastBeat = nanos.getAsLong();
  }

  /** Why a restart would help, in one line; empty while the thread works. Any thread. */
  Optional<String> silence() {
    Duration since = Duration.ofNanos(nanos.getAsLong() - lastBeat);
    return since.compareTo(LONGEST_SILENCE) < 0
        ? Optional.empty()
        : Optional.of("the state thread has done nothing for " + since.toSeconds() + " s");
  }
}
