package io.iambridge.sandbox.faults;

import java.util.Map;
import java.util.TreeMap;

/** Counts answers. */
final class Tally {
  private final Map<String, Integer> troubles = new TreeMap<>();
  private int requests;
  private int askedAgain;

  synchronized void add(Answer answer, int again) {
    requests++;
    askedAgain += again;
    answer.trouble().ifPresent(trouble -> troubles.merge(trouble, 1, Integer::sum));
  }

  synchronized int requests() {
    return requests;
  }

  synchronized int failed() {
    return troubles.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** What was wrong, and how often. */
  synchronized Map<String, Integer> troubles() {
    return Map.copyOf(troubles);
  }

  /** What was refused for a moment and asked again: no failures. */
  synchronized int askedAgain() {
    return askedAgain;
  }
}
