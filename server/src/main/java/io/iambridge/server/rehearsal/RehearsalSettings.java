package io.iambridge.server.rehearsal;

import java.time.Duration;

/**
 * How often is tried.
 *
 * @param interval between two attempts of one trial, varied by a tenth
 * @param rate attempts per second, of all trials together
 */
public record RehearsalSettings(Duration interval, double rate) {
  /** The defaults of {@code --rehearsal-interval} and {@code --rehearsal-rate}. */
  public static final RehearsalSettings DEFAULT =
      new RehearsalSettings(Duration.ofMinutes(15), /* rate= */ 2);

  /** Attempts under way at one time. */
  static final int CONCURRENCY = 4;

  /** How long changes of a namespace are gathered. */
  static final Duration DEBOUNCE = Duration.ofSeconds(1);

  /**
   * How often every namespace is looked at: evidence may tell of a CronJob whose pods Kubernetes
   * tells of no more.
   */
  static final Duration SWEEP = Duration.ofMinutes(1);

  /** How long all rest after AWS asked for fewer calls, the first time; doubled each time. */
  static final Duration REST = Duration.ofSeconds(10);
}
