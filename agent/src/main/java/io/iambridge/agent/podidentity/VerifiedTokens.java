package io.iambridge.agent.podidentity;

import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.podidentity.Token.Hash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokens that the server has verified, each good for its own pod only. One that is not fresh is
 * reviewed again; when the server cannot be asked, it goes on being good until it ends by itself,
 * as long as its pod is a caller of this node.
 *
 * <p>The state thread writes, every thread reads. It is as large as the node's pods make it, since
 * each has a few tokens at most and takes them along when it goes.
 */
public final class VerifiedTokens {
  static final Duration FRESH = Duration.ofSeconds(60);

  /** After a review without an answer, the next is not made before this is over. */
  static final Duration RETRY = Duration.ofSeconds(5);

  /** A token for each container with a volume of its own, twice while they are renewed. */
  static final int PER_POD = 8;

  private record Verified(String podUid, Instant freshUntil, Instant expiration) {}

  private final Map<Hash, Verified> verified = new ConcurrentHashMap<>();
  private final Map<String, Deque<Hash>> byPod = new HashMap<>();
  private final AgentMetrics metrics;

  /** None yet. */
  public VerifiedTokens(AgentMetrics metrics) {
    this.metrics = metrics;
  }

  /** The pod is not bound any more, or otherwise than before. State thread only. */
  public void forgetPod(String podUid) {
    Deque<Hash> tokens = byPod.remove(podUid);
    if (tokens != null) {
      tokens.forEach(verified::remove);
      metrics.tokensVerified(verified.size());
    }
  }

  /** Whether the token was found to be the pod's a moment ago. Any thread. */
  boolean isFresh(Hash token, String podUid, Instant now) {
    Verified known = verified.get(token);
    return known != null
        && known.podUid.equals(podUid)
        && now.isBefore(known.expiration)
        && now.isBefore(known.freshUntil)
        // A clock that is set back must not keep it fresh for longer.
        && !known.freshUntil.isAfter(now.plus(FRESH));
  }

  /** Whether the token was ever found to be the pod's. Any thread. */
  boolean isHeld(Hash token, String podUid) {
    Verified known = verified.get(token);
    return known != null && known.podUid.equals(podUid);
  }

  /**
   * Whether the token was ever found to be the pod's and has not ended; says so for a while without
   * another review, if it is. State thread only.
   */
  boolean isGoodWithoutServer(Hash token, String podUid, Instant now) {
    Verified known = verified.get(token);
    if (known == null || !known.podUid.equals(podUid) || !now.isBefore(known.expiration)) {
      return false;
    }
    verified.put(token, new Verified(podUid, now.plus(RETRY), known.expiration));
    return true;
  }

  /** The server has found the token to be the pod's, which is bound. State thread only. */
  void add(Hash token, String podUid, Instant expiration, Instant now) {
    verified.put(token, new Verified(podUid, now.plus(FRESH), expiration));
    Deque<Hash> tokens = byPod.computeIfAbsent(podUid, _ -> new ArrayDeque<>());
    tokens.remove(token);
    tokens.addLast(token);
    while (tokens.size() > PER_POD) {
      verified.remove(tokens.removeFirst());
    }
    metrics.tokensVerified(verified.size());
  }

  /** The server says that it is not, or no longer, the pod's. State thread only. */
  void forget(Hash token, String podUid) {
    Deque<Hash> tokens = byPod.get(podUid);
    if (tokens != null && tokens.remove(token)) {
      verified.remove(token);
      if (tokens.isEmpty()) {
        byPod.remove(podUid);
      }
      metrics.tokensVerified(verified.size());
    }
  }

  int size() {
    return verified.size();
  }
}
