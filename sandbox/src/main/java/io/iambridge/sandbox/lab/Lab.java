package io.iambridge.sandbox.lab;

import io.iambridge.sandbox.kubernetes.PodKey;
import io.iambridge.sandbox.kubernetes.PodNetwork;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network of a node and its pods. This process is on the node: what it listens on, pods reach
 * at {@link #NODE_ADDRESS} and {@link #NODE_ADDRESS_6}, and nothing leads further.
 *
 * <p>Addresses of pods are 10.244.0.N and fd00:10:244::N (both, if nothing else is wanted). Safe
 * for use by several threads.
 */
public final class Lab implements PodNetwork, AutoCloseable {
  /** The node's address. */
  public static final String NODE_ADDRESS = "10.0.0.10";

  /** The node's other address. */
  public static final String NODE_ADDRESS_6 = "fd00:10::10";

  /** What interfaces towards pods are called, as {@code --host-interface} wants it. */
  public static final String POD_INTERFACES = "cali+";

  private static final String POD_PREFIX = "10.244.";
  private static final String POD_PREFIX_6 = "fd00:10:244:";
  private static final int BEFORE_FIRST_POD = 10;
  private static final int LAST_POD = 250;
  private static final String STRANGER = "stranger-";

  private final NodeNetwork network = new NodeNetwork();
  private final Map<String, PodLink> pods = new LinkedHashMap<>();
  private int made;

  private Lab() {}

  /**
   * Makes the node's network.
   *
   * @throws LabException when this process is not in an empty network of its own, or a tool is
   *     missing
   */
  public static Lab setUp() {
    Isolation.require(Path.of("/run/netns"));
    Lab lab = new Lab();
    try {
      lab.network.setUp(InetAddress.ofLiteral(NODE_ADDRESS), InetAddress.ofLiteral(NODE_ADDRESS_6));
    } catch (RuntimeException e) {
      lab.close();
      throw e;
    }
    return lab;
  }

  /** The node itself, which is what a pod with hostNetwork sees. */
  public PodNamespace node() {
    return PodNamespace.ofNode(
        List.of(InetAddress.ofLiteral(NODE_ADDRESS), InetAddress.ofLiteral(NODE_ADDRESS_6)));
  }

  /** Gives the node itself another address, where something of its own is going to listen. */
  public synchronized void addNodeAddress(String literal) {
    network.addToLoopback(InetAddress.ofLiteral(literal));
  }

  /**
   * The namespace of a pod that runs.
   *
   * @throws LabException when there is none
   */
  public synchronized PodNamespace pod(String namespace, String name) {
    PodLink link = pods.get(namespaceName(namespace, name));
    if (link == null) {
      throw new LabException(
          "no pod %s/%s runs; there are %s".formatted(namespace, name, pods.keySet()));
    }
    return link.pod();
  }

  /** The namespace of the pod that has the address; the one that got it last. */
  public synchronized Optional<PodNamespace> podAt(String literal) {
    InetAddress address = InetAddress.ofLiteral(literal);
    return pods.values().stream()
        .map(PodLink::pod)
        .filter(pod -> pod.addresses().contains(address))
        .reduce((_, last) -> last);
  }

  /**
   * The namespace of the pod that has the address. If there is none, a stranger gets the address: a
   * namespace that Kubernetes knows nothing of.
   */
  public synchronized PodNamespace whoeverIsAt(String literal) {
    return podAt(literal).orElseGet(() -> add(STRANGER + ++made, List.of(literal)));
  }

  private PodNamespace add(String name, List<String> addresses) {
    remove(name);
    PodNamespace pod =
        PodNamespace.named(name, addresses.stream().map(InetAddress::ofLiteral).toList());
    PodLink link = new PodLink(pod, "cali%05x".formatted(++made));
    link.setUp();
    pods.put(name, link);
    return pod;
  }

  private void remove(String name) {
    PodLink link = pods.remove(name);
    if (link != null) {
      link.takeDown();
    }
  }

  @Override
  public List<String> nodeAddresses() {
    return List.of(NODE_ADDRESS, NODE_ADDRESS_6);
  }

  @Override
  public Optional<List<String>> addresses(int number) {
    int last = BEFORE_FIRST_POD + number;
    return last > LAST_POD
        ? Optional.empty()
        : Optional.of(List.of(POD_PREFIX + "0." + last, POD_PREFIX_6 + ":" + last));
  }

  /** Whether it is an address of the pod network. */
  @Override
  public boolean canHave(InetAddress address) {
    String text = address.getHostAddress();
    return address instanceof Inet6Address
        ? text.startsWith(POD_PREFIX_6 + "0:")
        : text.startsWith(POD_PREFIX);
  }

  private static String namespaceName(String namespace, String name) {
    // Neither can have a dot at its end, and a namespace none at all: no two pods share a name.
    return namespace + "." + name;
  }

  @Override
  public synchronized void attach(PodKey pod, List<String> addresses) {
    // Strangers give way, so that the address is the pod's.
    for (String address : addresses) {
      podAt(address)
          .map(PodNamespace::name)
          .filter(name -> name.startsWith(STRANGER))
          .ifPresent(this::remove);
    }
    add(namespaceName(pod.namespace(), pod.name()), addresses);
  }

  @Override
  public synchronized void detach(PodKey pod) {
    remove(namespaceName(pod.namespace(), pod.name()));
  }

  @Override
  public synchronized void close() {
    new ArrayList<>(pods.keySet()).forEach(this::remove);
    network.close();
  }
}
