package io.iambridge.agent.http;

/**
 * What operators choose of how much callers may cost.
 *
 * @param maxConnections connections at one time, of all callers
 * @param rate requests a second of one source address, on average; 0 for no limit
 * @param burst requests of one source address at once, after a rest
 */
public record CallerLimits(int maxConnections, int rate, int burst) {
  /** The largest rate and burst there are, which nobody can reach. */
  public static final int FASTEST = 1_000_000;

  /** Room for every pod of a node, and at most a tenth of what there is. */
  private static final int LARGEST_RESERVE = 1024;

  /** Checks what no flag can mean. */
  public CallerLimits {
    if (maxConnections < 1 || rate < 0 || rate > FASTEST || burst < 1 || burst > FASTEST) {
      throw new IllegalArgumentException(
          "no limits: %d connections, %d requests a second, %d at once"
              .formatted(maxConnections, rate, burst));
    }
  }

  /** The last connections, which are kept for callers without any. */
  int reserve() {
    return Math.min(maxConnections / 10, LARGEST_RESERVE);
  }
}
