package io.iambridge.server.evidence;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a batch: the node of its agent, which run of the agent made it, and the how manieth
 * it is. An agent sends the next one only when the one before is kept, so of each run the last name
 * tells all that are kept.
 *
 * @param node 16 hexadecimal digits of the hash of its name, which may be long: nobody uses another
 *     node's names, whatever it sends
 * @param run random
 * @param number from 1 on
 */
public record BatchName(String node, String run, long number) {
  /** As the contract says. */
  static final int MOST_CHARACTERS = 64;

  private static final int NODE_BYTES = 8;
  private static final Pattern SENT = Pattern.compile("([0-9A-Za-z]{8,40})-([1-9][0-9]{0,17})");
  private static final Pattern STORED =
      Pattern.compile("([0-9a-f]{16})\\.([0-9A-Za-z]{8,40})-([1-9][0-9]{0,17})");

  /**
   * What the agent of this node sends; empty for what no agent sends.
   *
   * @param nodeName as the agent has proved it
   */
  public static Optional<BatchName> sent(String nodeName, String text) {
    Matcher matcher = SENT.matcher(text);
    return text.length() <= MOST_CHARACTERS && matcher.matches()
        ? Optional.of(
            new BatchName(hash(nodeName), matcher.group(1), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  /** Of a server's own calls: no node has this one's name, and none waits for another run's. */
  static BatchName own(String run, long number) {
    return new BatchName(hash(" " + run), run, number);
  }

  /** What {@link #toString} gave; empty for anything else. */
  static Optional<BatchName> stored(String text) {
    Matcher matcher = STORED.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new BatchName(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3))))
        : Optional.empty();
  }

  private static String hash(String nodeName) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(nodeName.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, NODE_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Of which agent's which run. */
  Run ofRun() {
    return new Run(node, run);
  }

  /** A run of an agent. */
  record Run(String node, String run) {}

  @Override
  public String toString() {
    return node + "." + run + "-" + number;
  }
}
