package io.iambridge.server.presence;

import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.Occupant;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.presence.Presence.Confirmed;
import io.iambridge.server.presence.Presence.Gone;
import io.iambridge.server.presence.Presence.OnOtherNode;
import io.iambridge.server.presence.Presence.Unclear;
import io.iambridge.server.roles.Quoted;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Answers agents that see somebody else at the address of a pod they know.
 *
 * <p>How it works. What the watch has brought has to name the pod as the only caller there, and
 * then the pod is read once more. Each question has a read of its own that begins after it: a read
 * that was under way may have happened before whatever the agent saw. A pod that is being deleted
 * is not confirmed, although it may call: its address is given away while it still exists.
 */
public final class Confirmations {
  /** What one server may ask of the API server at a time; its other clients need it too. */
  static final int PLACES = 32;

  /** An agent asks 8 at a time; one that asks for more must not take them from the others. */
  static final int PLACES_PER_NODE = 8;

  private static final long PLACE_MILLIS = 250;

  private final CallerIndex callers;
  private final PodReader reader;
  private final Executor executor;
  private final Semaphore places = new Semaphore(PLACES, /* fair= */ true);
  private final Map<String, Integer> byNode = new ConcurrentHashMap<>();

  /**
   * @param executor where the reader blocks: a thread for each task, bounded here
   */
  public Confirmations(CallerIndex callers, PodReader reader, Executor executor) {
    this.callers = callers;
    this.reader = reader;
    this.executor = executor;
  }

  /** Whether the pod is the caller at the address of the node. Never fails. */
  public CompletableFuture<Presence> confirm(String podUid, InetAddress address, String node) {
    Optional<PodBinding> known = callers.find(podUid);
    if (known.isEmpty()) {
      return CompletableFuture.completedFuture(
          new Gone("there is no pod with the UID " + Quoted.of(podUid)));
    }
    Pod pod = known.get().pod();
    if (!pod.node().equals(node)) {
      return CompletableFuture.completedFuture(
          new OnOtherNode("pod %s is not on node %s".formatted(pod.fullName(), node)));
    }
    if (byNode.merge(node, 1, Integer::sum) > PLACES_PER_NODE) {
      giveBack(node);
      return CompletableFuture.completedFuture(
          new Unclear("too many pods of this node are being asked about"));
    }
    try {
      return CompletableFuture.supplyAsync(() -> read(pod, address, node), executor)
          .whenComplete((_, _) -> giveBack(node));
    } catch (RuntimeException e) {
      // The executor takes no more.
      giveBack(node);
      return CompletableFuture.completedFuture(new Unclear("the server is stopping"));
    }
  }

  private void giveBack(String node) {
    byNode.computeIfPresent(node, (_, count) -> count == 1 ? null : count - 1);
  }

  private Presence read(Pod known, InetAddress address, String node) {
    try {
      if (!places.tryAcquire(PLACE_MILLIS, TimeUnit.MILLISECONDS)) {
        return new Unclear("too many pods are being asked about");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Unclear("the server is stopping");
    }
    try {
      Optional<Pod> now = reader.read(known.namespace(), known.name());
      return now.filter(pod -> isAt(pod, known.uid(), address, node)).isPresent()
          ? amongTheKnown(known, address, node)
          : gone(known);
    } catch (PodReadException e) {
      return new Unclear(String.valueOf(e.getMessage()));
    } finally {
      places.release();
    }
  }

  private static boolean isAt(Pod pod, String uid, InetAddress address, String node) {
    return pod.uid().equals(uid)
        && pod.canCall()
        && !pod.deleting()
        && pod.node().equals(node)
        && pod.addresses().contains(address);
  }

  /** Somebody else may claim the address too. */
  private Presence amongTheKnown(Pod pod, InetAddress address, String node) {
    return callers.at(node, address) instanceof Occupant.One(var caller)
            && caller.podUid().equals(pod.uid())
        ? new Confirmed()
        : gone(pod);
  }

  private static Gone gone(Pod pod) {
    return new Gone("pod " + pod.fullName() + " is no longer the only one at its address");
  }
}
