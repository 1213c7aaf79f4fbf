package io.iambridge.sandbox.model;

import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import java.net.InetAddress;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pod: what is so on its node, and what the API says of it, which is later.
 *
 * <p>Its processes ask from the moment that its sandbox has a network until they are killed or end;
 * then, and when the sandbox is made anew, its addresses are free for the next one at once.
 */
final class ModelPod extends Versioned<ModelPod.Version> {
  static final int NOWHERE = -1;

  final String uid;
  final ModelNamespace namespace;
  final String name;
  final boolean hostNetwork;
  final ModelAccount account;

  // On the node.
  final Set<InetAddress> addresses = new LinkedHashSet<>();
  boolean running;
  boolean over;
  Optional<Instant> since = Optional.empty();

  // In the API.
  int node = NOWHERE;
  int role;
  int naming;
  int mode;
  boolean deleting;
  private Set<InetAddress> postedAddresses = Set.of();
  private boolean postedEnd;
  private Optional<Instant> postedSince = Optional.empty();

  record Version(Pod object, int node, int role, int naming, int mode) {
    /** Whether, as far as the API says, it can be the one who asks from there. */
    boolean claims(int askedNode, InetAddress address) {
      return node == askedNode
          && !object.hostNetwork()
          && !object.ended()
          && object.addresses().contains(address);
    }
  }

  ModelPod(
      String uid,
      ModelNamespace namespace,
      String name,
      boolean hostNetwork,
      ModelAccount account,
      int servers,
      int agents) {
    super(servers, agents);
    this.uid = uid;
    this.namespace = namespace;
    this.name = name;
    this.hostNetwork = hostNetwork;
    this.account = account;
  }

  boolean exists() {
    return now() != null;
  }

  /** The kubelet tells the API how the pod is. */
  void post() {
    postedEnd = over;
    // A pod that has ended keeps the addresses it had in its status.
    if (!over) {
      postedAddresses = hostNetwork ? Set.of(Cluster.nodeAddress(node)) : Set.copyOf(addresses);
    }
    postedSince = since;
    changed();
  }

  /** A new version of the object, where there is one. */
  void changed() {
    if (last() < 0 || exists()) {
      change(version());
    }
  }

  void remove() {
    change(null);
  }

  private Version version() {
    String nodeName = node == NOWHERE ? "" : Cluster.nodeName(node);
    return new Version(
        new Pod(
            uid,
            namespace.name,
            name,
            nodeName,
            account.name,
            postedAddresses,
            hostNetwork,
            postedEnd,
            deleting,
            postedSince,
            Rules.podAnnotations(role, naming),
            ModeRules.podLabels(mode),
            Origin.ofBarePod("bare")),
        node,
        role,
        naming,
        mode);
  }

  /** Whether this version tells of the pod being where it really is now. */
  boolean tellsOfNow(@Nullable Version version, InetAddress address) {
    return version != null
        && version.claims(node, address)
        && version.object().started().equals(since);
  }

  @Override
  public String toString() {
    return namespace.name + "/" + name + "(" + uid + ")";
  }
}
