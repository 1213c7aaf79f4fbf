package io.iambridge.server.cluster;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What we use of a Kubernetes pod.
 *
 * @param uid metadata.uid
 * @param namespace metadata.namespace
 * @param name metadata.name
 * @param node spec.nodeName; empty until it is scheduled
 * @param serviceAccount spec.serviceAccountName
 * @param addresses status.podIPs, IPv4 and IPv6; none while its sandbox has no network
 * @param hostNetwork spec.hostNetwork: the pod has the node's addresses, which tell nothing
 * @param ended whether status.phase is Succeeded or Failed: its address may already be another's
 * @param deleting whether metadata.deletionTimestamp is set
 * @param started since when its sandbox has its network, or, where the kubelet does not tell,
 *     status.startTime: when the kubelet accepted the pod
 * @param annotations those of iam.amazonaws.com and iambridge.io, and whether it mirrors a static
 *     pod
 * @param labels those of iambridge.io
 * @param origin where it comes from
 */
public record Pod(
    String uid,
    String namespace,
    String name,
    String node,
    String serviceAccount,
    Set<InetAddress> addresses,
    boolean hostNetwork,
    boolean ended,
    boolean deleting,
    Optional<Instant> started,
    Map<String, String> annotations,
    Map<String, String> labels,
    Origin origin) {
  public Pod {
    // In their order, the first family first; a Set.copyOf has another in each JVM.
    addresses = Collections.unmodifiableSet(new LinkedHashSet<>(addresses));
    annotations = Map.copyOf(annotations);
    labels = Map.copyOf(labels);
  }

  /** Whether it can be the caller behind one of its addresses at all. */
  public boolean canCall() {
    return lives() && !hostNetwork;
  }

  /** Whether it is on a node and its containers have not all ended. */
  public boolean lives() {
    return !node.isEmpty() && !ended;
  }

  /** {@code namespace/name}. */
  public String fullName() {
    return namespace + "/" + name;
  }

  /** Without the annotations, which may hold an external id. */
  @Override
  public String toString() {
    return "Pod[" + fullName() + ", " + uid + ", on " + node + " at " + addresses + "]";
  }
}
