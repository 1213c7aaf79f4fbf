package io.iambridge.server.callers;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One agent's view of its node. Changes wait here until the agent's connection takes them; only the
 * newest state of an address waits, so that a slow agent costs no more memory than its node has
 * addresses.
 */
public final class Subscription implements AutoCloseable {
  private final CallerIndex index;
  private final String node;
  private final Runnable onChange;
  private final Map<InetAddress, Occupant> pending = new LinkedHashMap<>();

  Subscription(CallerIndex index, String node, Runnable onChange) {
    this.index = index;
    this.node = node;
    this.onChange = onChange;
  }

  /** The node. */
  public String node() {
    return node;
  }

  /**
   * Takes what has changed since the last call, oldest change first; the first call gives the
   * snapshot: every address with a caller or in doubt.
   */
  public List<AddressState> poll() {
    synchronized (pending) {
      List<AddressState> changes = new ArrayList<>(pending.size());
      pending.forEach((address, occupant) -> changes.add(new AddressState(address, occupant)));
      pending.clear();
      return changes;
    }
  }

  /** Without telling the connection. */
  void add(InetAddress address, Occupant occupant) {
    synchronized (pending) {
      pending.put(address, occupant);
    }
  }

  void publish(InetAddress address, Occupant occupant) {
    add(address, occupant);
    onChange.run();
  }

  /** Ends it; no change is told after this. */
  @Override
  public void close() {
    index.unsubscribe(this);
  }
}
