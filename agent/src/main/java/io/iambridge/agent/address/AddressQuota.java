package io.iambridge.agent.address;

import java.net.InetAddress;

/**
 * How much each address may hold of something all addresses share, so that one pod cannot starve
 * the others of its node. Any thread.
 */
public final class AddressQuota {
  private final Quota<InetAddress> quota;

  /**
   * Nothing is taken yet.
   *
   * @param perAddress how much one address may have at a time
   */
  public AddressQuota(int perAddress) {
    quota = new Quota<>(perAddress);
  }

  /** Takes one for the address, in whatever spelling; false when it has its share already. */
  public boolean take(InetAddress address) {
    return quota.take(CanonicalAddress.of(address));
  }

  /** Takes the address' first one; false when it has any. */
  public boolean takeFirst(InetAddress address) {
    return quota.take(CanonicalAddress.of(address), 1);
  }

  /** Gives one back that was taken. */
  public void giveBack(InetAddress address) {
    quota.giveBack(CanonicalAddress.of(address));
  }

  int addresses() {
    return quota.holders();
  }
}
