package io.iambridge.sandbox.kubernetes;

import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scheduler and kubelet of all nodes in one: gives every new pod a node, its addresses in a {@link
 * PodNetwork} and the phase Running. Nothing runs in the pods; whoever asks from the address is the
 * pod.
 *
 * <p>A pod of a node that is not this kubelet's, or that has an address already, is left alone.
 * Addresses of pods that are deleted or finished are given to others; when none is left, pods stay
 * Pending until one is.
 */
public final class DemoKubelet implements AutoCloseable {

  /**
   * Annotation of a pod that wants a certain address, or two, separated by a comma. It gets them
   * even if another pod has them: that is how two pods with one address are shown.
   */
  public static final String ADDRESS_ANNOTATION = "sandbox.iambridge.io/address";

  private static final Logger LOG = LoggerFactory.getLogger(DemoKubelet.class);
  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final List<String> nodes;
  private final InstantSource clock;
  private final PodNetwork network;
  private final AddressPool addresses;
  private final Map<String, Pod> waiting = new LinkedHashMap<>();
  private final SharedIndexInformer<Pod> informer;
  private int turn;
  private boolean closed;

  private DemoKubelet(
      KubernetesClient client, List<String> nodes, PodNetwork network, InstantSource clock) {
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("a kubelet needs a node");
    }
    this.client = client;
    this.nodes = List.copyOf(nodes);
    this.network = network;
    this.addresses = new AddressPool(network);
    this.clock = clock;
    this.informer = client.pods().inAnyNamespace().runnableInformer(/* resyncPeriod= */ 0);
  }

  /** A kubelet whose pods are on loopback; see the other one. */
  public static DemoKubelet start(
      KubernetesClient client, List<String> nodes, InstantSource clock) {
    return start(client, nodes, PodNetwork.LOOPBACK, clock);
  }

  /** Registers the nodes and starts to run pods on them, in turn. The client stays the caller's. */
  public static DemoKubelet start(
      KubernetesClient client, List<String> nodes, PodNetwork network, InstantSource clock) {
    DemoKubelet kubelet = new DemoKubelet(client, nodes, network, clock);
    kubelet.nodes.forEach(kubelet::register);
    kubelet.informer.addEventHandler(kubelet.new Events());
    kubelet.informer.run();
    return kubelet;
  }

  /** Ends at once; a pod that is just being started is finished first. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    informer.stop();
  }

  private void register(String node) {
    try {
      client
          .nodes()
          .resource(
              new NodeBuilder()
                  .withNewMetadata()
                  .withName(node)
                  .endMetadata()
                  .withNewStatus()
                  .withAddresses(
                      network.nodeAddresses().stream()
                          .map(address -> new NodeAddress(address, "InternalIP"))
                          .toList())
                  .endStatus()
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
    }
  }

  private synchronized void present(Pod pod) {
    String uid = pod.getMetadata().getUid();
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    List<PodIP> has = pod.getStatus() == null ? List.of() : pod.getStatus().getPodIPs();
    if (phase != null && FINISHED.contains(phase)) {
      absent(pod);
    } else if (!has.isEmpty()) {
      addresses.claim(uid, has.stream().map(PodIP::getIp).toList());
    } else if (pod.getMetadata().getDeletionTimestamp() == null) {
      run(pod);
    }
  }

  private synchronized void absent(Pod pod) {
    String uid = pod.getMetadata().getUid();
    waiting.remove(uid);
    network.detach(key(pod));
    if (addresses.release(uid)) {
      List<Pod> again = new ArrayList<>(waiting.values());
      waiting.clear();
      again.forEach(this::run);
    }
  }

  private void run(Pod pod) {
    String assigned = pod.getSpec().getNodeName();
    if (closed) {
      return;
    }
    if (assigned != null && !nodes.contains(assigned)) {
      return;
    }
    Optional<List<String>> address = addressesFor(pod);
    if (address.isEmpty()) {
      waiting.put(pod.getMetadata().getUid(), pod);
      return;
    }
    String node = assigned == null ? nodes.get(turn++ % nodes.size()) : assigned;
    try {
      if (!hasHostNetwork(pod)) {
        network.attach(key(pod), address.get());
      }
      client
          .pods()
          .inNamespace(pod.getMetadata().getNamespace())
          .withName(pod.getMetadata().getName())
          .patch(PatchContext.of(PatchType.JSON_MERGE), running(pod, node, address.get()));
    } catch (RuntimeException e) {
      addresses.release(pod.getMetadata().getUid());
      network.detach(key(pod));
      if (!(e instanceof KubernetesClientException refused)
          || (refused.getCode() != NOT_FOUND && refused.getCode() != CONFLICT)) {
        LOG.warn("cannot run pod {}", key(pod), e);
      }
    }
  }

  private static PodKey key(Pod pod) {
    return new PodKey(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
  }

  private static boolean hasHostNetwork(Pod pod) {
    return Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
  }

  private Optional<List<String>> addressesFor(Pod pod) {
    String uid = pod.getMetadata().getUid();
    if (hasHostNetwork(pod)) {
      return Optional.of(network.nodeAddresses());
    }
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String wanted = annotations == null ? null : annotations.get(ADDRESS_ANNOTATION);
    if (wanted == null) {
      return addresses.take(uid);
    }
    Optional<List<String>> found = addresses.parse(wanted);
    if (found.isEmpty()) {
      LOG.warn(
          "pod {} stays Pending: {} is not an address of the pod network: {}",
          key(pod),
          ADDRESS_ANNOTATION,
          wanted);
      return Optional.empty();
    }
    addresses.claim(uid, found.get());
    return found;
  }

  /** A patch that is refused when the name is another pod's by now. */
  private String running(Pod pod, String node, List<String> addresses) {
    return Serialization.asJson(
        new PodBuilder()
            .withNewMetadata()
            .withUid(pod.getMetadata().getUid())
            .endMetadata()
            .withNewSpec()
            .withNodeName(node)
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .withStartTime(clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
            .withHostIP(network.nodeAddresses().getFirst())
            .withPodIP(addresses.getFirst())
            .withPodIPs(addresses.stream().map(PodIP::new).toList())
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .endStatus()
            .build());
  }

  private final class Events implements ResourceEventHandler<Pod> {
    @Override
    public void onAdd(Pod pod) {
      present(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod after) {
      present(after);
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {
      absent(pod);
    }
  }
}
