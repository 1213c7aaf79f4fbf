package io.iambridge.agent.metadata;

import java.time.InstantSource;

/** At most so many in a second of the clock. */
final class Pace {
  private final int perSecond;
  private final InstantSource clock;
  private long second;
  private int taken;

  Pace(int perSecond, InstantSource clock) {
    this.perSecond = perSecond;
    this.clock = clock;
  }

  synchronized boolean take() {
    long now = clock.instant().getEpochSecond();
    taken = now == second ? taken + 1 : 1;
    second = now;
    return taken <= perSecond;
  }
}
