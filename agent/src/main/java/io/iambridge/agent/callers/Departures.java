package io.iambridge.agent.callers;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers which pods were seen to leave which address, so that a server that lags behind the one
 * before it cannot bring them back, to the profit of whoever is at the address now.
 *
 * <p>The rule. A pod leaves an address when it stops being its caller, by a change or by a
 * snapshot. News that name it there again are
 *
 * <ul>
 *   <li>believed at once when they come on the stream that told of the leaving: one stream tells
 *       things in their order, so the pod is really back (its namespace was unknown for a moment,
 *       or two pods claimed the address for a while);
 *   <li>distrusted on every other stream for {@link #LAG}, after which they are believed: a replica
 *       that lags longer would have told of the leaving by then;
 *   <li>distrusted for {@link #MEMORY} instead when another pod was seen at the address since: the
 *       address has a new owner, and a pod gets an old address back by accident only.
 * </ul>
 *
 * <p>A stream that names a later pod of the address has told of the leaving too: nobody else can be
 * the address's caller before. Moving to another address is no return, so each address has its own
 * memory.
 */
final class Departures {
  /**
   * More than one server's watch lags behind another's: that is milliseconds mostly and seconds
   * under load, and a watch that hangs longer than this has lost its connection. A pod that comes
   * back while the agent changes servers waits at most so long.
   */
  static final Duration LAG = Duration.ofSeconds(60);

  /** How long a leaving is remembered: no stream that was opened since is so late. */
  static final Duration MEMORY = Duration.ofHours(1);

  /** Some generations of pods of a full node; the oldest is forgotten first. */
  static final int MOST = 4_096;

  private record Place(InetAddress address, String podUid) {}

  private record Departure(long stream, Instant at, boolean succeeded) {}

  private final InstantSource clock;

  /** In the order of leaving. */
  private final Map<Place, Departure> departures = new LinkedHashMap<>();

  Departures(InstantSource clock) {
    this.clock = clock;
  }

  /** The stream told that the pod is not the address's caller any more. */
  void left(InetAddress address, String podUid, long stream) {
    Place place = new Place(address, podUid);
    Departure before = departures.remove(place);
    Instant now = clock.instant();
    departures.put(place, new Departure(stream, now, before != null && before.succeeded));
    Iterator<Departure> oldest = departures.values().iterator();
    while (oldest.hasNext()) {
      Departure departure = oldest.next();
      if (departures.size() <= MOST && now.isBefore(departure.at.plus(MEMORY))) {
        break;
      }
      oldest.remove();
    }
  }

  /** The stream's word that the pod is the address's caller was believed. */
  void arrived(InetAddress address, String podUid, long stream) {
    departures.remove(new Place(address, podUid));
    departures.replaceAll((place, departure) ->
        place.address.equals(address)
            ? new Departure(stream, departure.at, /* succeeded= */ true)
            : departure);
  }

  /** How long the stream's word that the pod is the address's caller is not to be believed. */
  Duration distrust(InetAddress address, String podUid, long stream) {
    Departure departure = departures.get(new Place(address, podUid));
    if (departure == null || departure.stream == stream) {
      return Duration.ZERO;
    }
    Duration whole = departure.succeeded ? MEMORY : LAG;
    Duration left = Duration.between(clock.instant(), departure.at.plus(whole));
    if (left.isNegative()) {
      return Duration.ZERO;
    }
    // A clock that is set back must not make it longer.
    return left.compareTo(whole) > 0 ? whole : left;
  }

  int size() {
    return departures.size();
  }
}
