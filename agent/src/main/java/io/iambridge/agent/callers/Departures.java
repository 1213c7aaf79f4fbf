package io.iambridge.agent.callers;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

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
 *
 * <p>A pod that was never seen at the address may be a predecessor all the same, whom this agent
 * began too late to see. So another stream's word that somebody else is there is distrusted until
 * the last one who came there has been there for {@link #LAG}: no replica has a predecessor then.
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

  private record Arrival(String podUid, long stream, Instant at) {}

  private final InstantSource clock;

  /** In the order of leaving. */
  private final Map<Place, Departure> departures = new LinkedHashMap<>();

  /** The pods of {@link #departures} by address. */
  private final Map<InetAddress, Set<String>> gone = new HashMap<>();

  /** Who came last to each address, in the order of coming; forgotten when it does not matter. */
  private final Map<InetAddress, Arrival> arrivals = new LinkedHashMap<>();

  Departures(InstantSource clock) {
    this.clock = clock;
  }

  /** The stream told that the pod is not the address's caller any more. */
  void left(InetAddress address, String podUid, long stream) {
    Place place = new Place(address, podUid);
    Departure before = departures.remove(place);
    Instant now = clock.instant();
    departures.put(place, new Departure(stream, now, before != null && before.succeeded));
    gone.computeIfAbsent(address, key -> new HashSet<>()).add(podUid);
    Iterator<Map.Entry<Place, Departure>> oldest = departures.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Place, Departure> departure = oldest.next();
      if (departures.size() <= MOST && now.isBefore(departure.getValue().at.plus(MEMORY))) {
        break;
      }
      oldest.remove();
      forget(departure.getKey());
    }
  }

  private void forget(Place place) {
    gone.computeIfPresent(
        place.address,
        (key, pods) -> {
          pods.remove(place.podUid);
          return pods.isEmpty() ? null : pods;
        });
  }

  /** The stream's word that the pod is the address's caller was believed. */
  void arrived(InetAddress address, String podUid, long stream) {
    Place back = new Place(address, podUid);
    if (departures.remove(back) != null) {
      forget(back);
    }
    for (String other : gone.getOrDefault(address, Set.of())) {
      departures.computeIfPresent(
          new Place(address, other),
          (key, departure) -> new Departure(stream, departure.at, /* succeeded= */ true));
    }
    rememberArrival(address, podUid, stream);
  }

  /**
   * The stream names the pod, believed or not: whoever it names next is a successor, because one
   * stream tells things in their order.
   */
  void named(InetAddress address, String podUid, long stream) {
    arrivals.computeIfPresent(
        address,
        (key, arrival) ->
            arrival.podUid.equals(podUid) ? new Arrival(podUid, stream, arrival.at) : arrival);
  }

  private void rememberArrival(InetAddress address, String podUid, long stream) {
    Instant now = clock.instant();
    Arrival before = arrivals.get(address);
    if (before != null && before.podUid.equals(podUid)) {
      return;
    }
    arrivals.remove(address);
    arrivals.put(address, new Arrival(podUid, stream, now));
    Iterator<Arrival> oldest = arrivals.values().iterator();
    while (oldest.hasNext()) {
      Arrival arrival = oldest.next();
      if (arrivals.size() <= MOST && now.isBefore(arrival.at.plus(LAG))) {
        break;
      }
      oldest.remove();
    }
  }

  /** How long the stream's word that the pod is the address's caller is not to be believed. */
  Duration distrust(InetAddress address, String podUid, long stream) {
    Departure departure = departures.get(new Place(address, podUid));
    Duration sinceItLeft =
        departure == null || departure.stream == stream
            ? Duration.ZERO
            : left(departure.at, departure.succeeded ? MEMORY : LAG);
    Arrival other = arrivals.get(address);
    Duration sinceAnotherCame =
        other == null || other.stream == stream || other.podUid.equals(podUid)
            ? Duration.ZERO
            : left(other.at, LAG);
    return sinceItLeft.compareTo(sinceAnotherCame) > 0 ? sinceItLeft : sinceAnotherCame;
  }

  private Duration left(Instant since, Duration whole) {
    Duration left = Duration.between(clock.instant(), since.plus(whole));
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
