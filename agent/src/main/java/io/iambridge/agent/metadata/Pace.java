package io.iambridge.agent.metadata;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** At most so many in a second of the clock, and so many of one address. */
final class Pace {
  private final int perSecond;
  private final int perAddress;
  private final InstantSource clock;

  /** Of this second; no more than may be taken in all. */
  private final Map<InetAddress, Integer> taken = new HashMap<>();

  private long second;
  private int total;

  Pace(int perSecond, int perAddress, InstantSource clock) {
    this.perSecond = perSecond;
    this.perAddress = perAddress;
    this.clock = clock;
  }

  synchronized boolean take(InetAddress address) {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      total = 0;
      taken.clear();
    }
    int ofAddress = taken.getOrDefault(address, 0);
    if (total >= perSecond || ofAddress >= perAddress) {
      return false;
    }
    total++;
    taken.put(address, ofAddress + 1);
    return true;
  }
}
