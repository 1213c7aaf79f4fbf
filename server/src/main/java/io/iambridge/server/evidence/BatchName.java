package io.iambridge.server.evidence;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a batch: which run of an agent made it, and the how manieth it is. An agent sends the
 * next one only when the one before is kept, so of each run the last name tells all that are kept.
 *
 * @param run random
 * @param number from 1 on
 */
public record BatchName(String run, long number) {
  /** As the contract says. */
  static final int MOST_CHARACTERS = 64;

  private static final Pattern FORM = Pattern.compile("([0-9A-Za-z]{8,40})-([1-9][0-9]{0,17})");

  /** Empty for what no agent sends. */
  public static Optional<BatchName> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return text.length() <= MOST_CHARACTERS && matcher.matches()
        ? Optional.of(new BatchName(matcher.group(1), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return run + "-" + number;
  }
}
