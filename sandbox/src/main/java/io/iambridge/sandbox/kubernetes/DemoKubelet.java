package io.iambridge.sandbox.kubernetes;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
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
 * Scheduler and kubelet of all nodes in one: gives every new pod a node, an address on loopback and
 * the phase Running. Nothing runs in the pods; whoever binds the address is the pod.
 *
 * <p>A pod of a node that is not this kubelet's, or that has an address already, is left alone.
 * Addresses of pods that are deleted or finished are given to others; when none is left, pods stay
 * Pending until one is.
 */
public final class DemoKubelet implements AutoCloseable {

  /**
   * Annotation of a pod that wants a certain address. It gets it even if another pod has it: that
   * is how two pods with one address are shown.
   */
  public static final String ADDRESS_ANNOTATION = "sandbox.iambridge.io/address";

  private static final Logger LOG = LoggerFactory.getLogger(DemoKubelet.class);
  private static final String NODE_ADDRESS = "127.0.0.1";
  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final List<String> nodes;
  private final InstantSource clock;
  private final AddressPool addresses = new AddressPool();
  private final Map<String, Pod> waiting = new LinkedHashMap<>();
  private final SharedIndexInformer<Pod> informer;
  private int turn;
  private boolean closed;

  private DemoKubelet(KubernetesClient client, List<String> nodes, InstantSource clock) {
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("a kubelet needs a node");
    }
    this.client = client;
    this.nodes = List.copyOf(nodes);
    this.clock = clock;
    this.informer = client.pods().inAnyNamespace().runnableInformer(/* resyncPeriod= */ 0);
  }

  /** Registers the nodes and starts to run pods on them, in turn. The client stays the caller's. */
  public static DemoKubelet start(
      KubernetesClient client, List<String> nodes, InstantSource clock) {
    DemoKubelet kubelet = new DemoKubelet(client, nodes, clock);
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
                  .addNewAddress()
                  .withType("InternalIP")
                  .withAddress(NODE_ADDRESS)
                  .endAddress()
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
    String address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
    if (phase != null && FINISHED.contains(phase)) {
      absent(pod);
    } else if (address != null) {
      addresses.claim(uid, address);
    } else if (pod.getMetadata().getDeletionTimestamp() == null) {
      run(pod);
    }
  }

  private synchronized void absent(Pod pod) {
    String uid = pod.getMetadata().getUid();
    waiting.remove(uid);
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
    Optional<String> address = addressFor(pod);
    if (address.isEmpty()) {
      waiting.put(pod.getMetadata().getUid(), pod);
      return;
    }
    String node = assigned == null ? nodes.get(turn++ % nodes.size()) : assigned;
    try {
      client
          .pods()
          .inNamespace(pod.getMetadata().getNamespace())
          .withName(pod.getMetadata().getName())
          .patch(PatchContext.of(PatchType.JSON_MERGE), running(pod, node, address.get()));
    } catch (KubernetesClientException e) {
      addresses.release(pod.getMetadata().getUid());
      if (e.getCode() != NOT_FOUND && e.getCode() != CONFLICT) {
        LOG.warn(
            "cannot run pod {}/{}",
            pod.getMetadata().getNamespace(),
            pod.getMetadata().getName(),
            e);
      }
    }
  }

  private Optional<String> addressFor(Pod pod) {
    String uid = pod.getMetadata().getUid();
    if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
      return Optional.of(NODE_ADDRESS);
    }
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String wanted = annotations == null ? null : annotations.get(ADDRESS_ANNOTATION);
    if (wanted == null) {
      return addresses.take(uid);
    }
    if (!AddressPool.isAddress(wanted)) {
      LOG.warn(
          "pod {}/{} stays Pending: {} is not an address: {}",
          pod.getMetadata().getNamespace(),
          pod.getMetadata().getName(),
          ADDRESS_ANNOTATION,
          wanted);
      return Optional.empty();
    }
    addresses.claim(uid, wanted);
    return Optional.of(wanted);
  }

  /** A patch that is refused when the name is another pod's by now. */
  private String running(Pod pod, String node, String address) {
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
            .withHostIP(NODE_ADDRESS)
            .withPodIP(address)
            .addNewPodIP(address)
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
