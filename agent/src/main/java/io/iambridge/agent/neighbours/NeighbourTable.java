package io.iambridge.agent.neighbours;

import io.iambridge.agent.neighbours.Neighbour.Link;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who was last seen behind each address, and when that changed. One thread at a time writes, any
 * reads.
 *
 * <p>The rule. An address that is seen for the first time is no change: it has to have had somebody
 * else before. Neither is the same link-layer address on the same interface, whatever happened in
 * between. An address may have a neighbour on several interfaces, such as a veth that is not taken
 * down yet; one that is known there is no news, or the old entry's growing old would look like a
 * return.
 */
final class NeighbourTable {
  /** Some times what the kernel holds at a time (its gc_thresh3 is 1024 for each family). */
  static final int MOST = 16_384;

  static final int MOST_INTERFACES = 4;

  private final Map<InetAddress, Seen> seen = new ConcurrentHashMap<>();

  /** In the order of their first sight. */
  private final Queue<InetAddress> order = new ArrayDeque<>();

  private long changes;

  /** Whether an address was forgotten for want of room: from then on none is surely new. */
  private boolean forgot;

  /**
   * @param stamp which change it was that made it so; 0 for none
   * @param links at most one for each interface, the newest last
   */
  private record Seen(long stamp, List<Link> links) {}

  /**
   * A neighbour was seen.
   *
   * @return whether its address had somebody else before
   */
  boolean see(Neighbour neighbour) {
    Link link = neighbour.link();
    Seen before = seen.get(neighbour.address());
    if (before == null) {
      makeRoom();
      long stamp = forgot ? ++changes : 0;
      seen.put(neighbour.address(), new Seen(stamp, List.of(link)));
      order.add(neighbour.address());
      return false;
    }
    if (before.links.contains(link)) {
      return false;
    }
    List<Link> links = new ArrayList<>(before.links);
    links.removeIf(other -> other.interfaceIndex() == link.interfaceIndex());
    if (links.size() == MOST_INTERFACES) {
      links.removeFirst();
    }
    links.add(link);
    changes++;
    seen.put(neighbour.address(), new Seen(changes, List.copyOf(links)));
    return true;
  }

  /** Whoever comes back is asked about, because its stamp is another one. */
  private void makeRoom() {
    InetAddress oldest = seen.size() < MOST ? null : order.poll();
    if (oldest != null) {
      forgot = true;
      seen.remove(oldest);
    }
  }

  /** Another number after each change of who is behind the address. Any thread. */
  long stamp(InetAddress address) {
    Seen there = seen.get(address);
    return there == null ? 0 : there.stamp;
  }

  int size() {
    return seen.size();
  }
}
