package io.iambridge.agent.address;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much each address may take of something all addresses share, so that one pod cannot starve
 * the others of its node. Any thread.
 */
public final class AddressQuota {
  private final int perAddress;

  /** Only addresses that hold something are in it, so that it does not grow for ever. */
  private final Map<InetAddress, Integer> taken = new ConcurrentHashMap<>();

  /**
   * Nothing is taken yet.
   *
   * @param perAddress how much one address may have at a time
   */
  public AddressQuota(int perAddress) {
    this.perAddress = perAddress;
  }

  /** Takes one for the address, in whatever spelling; false when it has its share already. */
  public boolean take(InetAddress address) {
    // The count goes one too far rather than that a lambda tells through a field what it did.
    if (taken.merge(CanonicalAddress.of(address), 1, Integer::sum) <= perAddress) {
      return true;
    }
    giveBack(address);
    return false;
  }

  /** Gives one back that was taken. */
  public void giveBack(InetAddress address) {
    taken.computeIfPresent(
        CanonicalAddress.of(address), (_, count) -> count == 1 ? null : count - 1);
  }

  int addresses() {
    return taken.size();
  }
}
