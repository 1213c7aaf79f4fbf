package io.iambridge.agent.upstream;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What time it is for the server: credentials begin and end by its clock and by AWS's, which a
 * node's clock may miss by minutes.
 *
 * <p>How it works. The node's clock is read once, and time passes as the monotonic clock says, so
 * that setting the node's clock changes nothing. Each answer that tells the server's time corrects
 * a difference of more than {@link #TOLERANCE}; smaller ones are the answer's way, and two replicas
 * that do not quite agree. The error is on the side of living longer, by as much as the answer was
 * under way.
 */
public final class ServerTime implements InstantSource {
  static final Duration TOLERANCE = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(ServerTime.class);

  /** When our own code, and others', notices: IMDSv2 tokens and STS signatures live for minutes. */
  private static final Duration WORTH_A_WARNING = Duration.ofSeconds(30);

  private final LongSupplier nanoTime;
  private final Instant start;
  private final long startNanos;
  private volatile Duration ahead = Duration.ZERO;

  /**
   * The node's time until a server has told another.
   *
   * @param node read once
   * @param nanoTime as {@link System#nanoTime}
   */
  public ServerTime(InstantSource node, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.start = node.instant();
    this.startNanos = nanoTime.getAsLong();
  }

  @Override
  public Instant instant() {
    return steady().plus(ahead);
  }

  private Instant steady() {
    return start.plusNanos(nanoTime.getAsLong() - startNanos);
  }

  /** A server has just said what time it is. Any thread. */
  void told(Instant server) {
    Duration told = Duration.between(steady(), server);
    Duration before = ahead;
    if (told.minus(before).abs().compareTo(TOLERANCE) <= 0) {
      return;
    }
    ahead = told;
    if (told.minus(before).abs().compareTo(WORTH_A_WARNING) > 0) {
      LOG.atWarn()
          .addKeyValue("seconds", told.toSeconds())
          .log(
              "The server's clock is this much ahead of the node's: credentials go by the server's");
    }
  }
}
