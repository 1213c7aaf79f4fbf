package io.iambridge.agent.address;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much each of many may hold of something all share, so that one cannot starve the others. Any
 * thread.
 *
 * @param <K> who holds
 */
public final class Quota<K> {
  private final int each;

  /** Only those that hold something are in it, so that it does not grow for ever. */
  private final Map<K, Integer> taken = new ConcurrentHashMap<>();

  /**
   * Nothing is taken yet.
   *
   * @param each how much each may have at a time
   */
  public Quota(int each) {
    this.each = each;
  }

  /** Takes one; false when it has its share already. */
  public boolean take(K who) {
    return take(who, each);
  }

  /**
   * Takes one while there is less for everybody.
   *
   * @param most how much it may have at this moment, with this one
   */
  boolean take(K who, int most) {
    // The count goes one too far rather than that a lambda tells through a field what it did.
    if (taken.merge(who, 1, Integer::sum) <= Math.min(most, each)) {
      return true;
    }
    giveBack(who);
    return false;
  }

  /** Gives one back that was taken. */
  public void giveBack(K who) {
    taken.computeIfPresent(who, (_, count) -> count == 1 ? null : count - 1);
  }

  int holders() {
    return taken.size();
  }
}
