package io.iambridge.agent.address;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A pace for each address. Any thread; addresses share no lock, and one that is known costs no
 * memory.
 *
 * <p>How it works. An address is kept while it has something to earn back, and swept away by a
 * newcomer at some later second. If there are ever so many that this does not make room, which pods
 * of one node cannot be, the rest share one pace until it does.
 */
public final class AddressPace {
  /** Far more than a node has pods (EKS: 737 addresses on the largest). */
  static final int MOST_ADDRESSES = 8192;

  private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

  private final int perSecond;
  private final int burst;
  private final LongSupplier nanos;
  private final ConcurrentMap<InetAddress, Pace> paces = new ConcurrentHashMap<>();
  private final Pace ofTheRest;
  private final AtomicLong lastSweep;

  /**
   * Nobody is known yet.
   *
   * @param perSecond of each address
   * @param burst of each address, at once
   * @param nanos a clock in nanoseconds
   */
  public AddressPace(int perSecond, int burst, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.nanos = nanos;
    this.ofTheRest = newPace();
    this.lastSweep = new AtomicLong(nanos.getAsLong());
  }

  /** Takes one for the address, in whatever spelling; false when it is too early. */
  public boolean take(InetAddress address) {
    InetAddress canonical = CanonicalAddress.of(address);
    Pace known = paces.get(canonical);
    return known == null ? newcomer(canonical).take() : known.take();
  }

  private Pace newcomer(InetAddress address) {
    long last = lastSweep.get();
    long now = nanos.getAsLong();
    if (Math.abs(now - last) >= SWEEP_NANOS && lastSweep.compareAndSet(last, now)) {
      paces.values().removeIf(Pace::rested);
    }
    return paces.size() < MOST_ADDRESSES
        ? paces.computeIfAbsent(address, _ -> newPace())
        : ofTheRest;
  }

  private Pace newPace() {
    return new Pace(perSecond, burst, nanos);
  }

  int addresses() {
    return paces.size();
  }
}
