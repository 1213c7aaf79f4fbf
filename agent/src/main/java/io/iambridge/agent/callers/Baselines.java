package io.iambridge.agent.callers;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which peer each address had when its pod was first told of, or last confirmed. It is kept when
 * the pod leaves, so that a pod that comes back (its namespace was unknown for a moment, or two
 * pods claimed the address) is measured by the peer it had, and not by the one that is there now.
 * State thread only.
 */
final class Baselines {
  /** Some generations of a full node's pods; one that is forgotten is measured anew. */
  static final int MOST = 16_384;

  private record Baseline(String podUid, long stamp) {}

  private final Peers peers;
  private final Map<InetAddress, Baseline> baselines = new LinkedHashMap<>();

  Baselines(Peers peers) {
    this.peers = peers;
  }

  /** The server says that the pod is there; the same again is no news of its peer. */
  void told(InetAddress address, String podUid) {
    Baseline before = baselines.get(address);
    if (before == null || !before.podUid.equals(podUid)) {
      put(address, new Baseline(podUid, peers.stamp(address)));
    }
  }

  /** The server was asked after the peer's stamp was this. */
  void confirmed(InetAddress address, String podUid, long stamp) {
    Baseline before = baselines.get(address);
    if (before != null && before.podUid.equals(podUid)) {
      put(address, new Baseline(podUid, stamp));
    }
  }

  private void put(InetAddress address, Baseline baseline) {
    baselines.remove(address);
    baselines.put(address, baseline);
    if (baselines.size() > MOST) {
      baselines.remove(baselines.keySet().iterator().next());
    }
  }

  /** The stamp of the pod that was told of last. */
  long of(InetAddress address) {
    Baseline baseline = baselines.get(address);
    return baseline == null ? peers.stamp(address) : baseline.stamp;
  }
}
