package io.iambridge.sandbox.model;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The truth: what runs where, and what the API says. */
final class Cluster {
  static final int SERVERS = 2;
  static final int NODES = 2;
  private static final int MOST_PODS = 8;

  private static final List<InetAddress> POOL =
      List.of(address("10.0.0.1"), address("10.0.0.2"), address("10.0.0.3"), address("10.0.0.4"));
  private static final List<InetAddress> POOL_6 = List.of(address("fd00::1"), address("fd00::2"));
  private static final List<InetAddress> NODE_ADDRESSES =
      List.of(address("192.168.0.1"), address("192.168.0.2"));

  final List<ModelPod> pods = new ArrayList<>();
  final List<ModelNamespace> namespaces =
      List.of(
          new ModelNamespace("red", SERVERS, NODES), new ModelNamespace("blue", SERVERS, NODES));

  private final List<ModelAccount> accounts =
      namespaces.stream().flatMap(namespace -> namespace.accounts.stream()).toList();

  /** Free addresses; the one that was given back last is the first. */
  private final LinkedHashSet<InetAddress> free = new LinkedHashSet<>();

  private int uids;

  Cluster() {
    free.addAll(POOL);
    free.addAll(POOL_6);
    namespaces.forEach(namespace -> namespace.edit(0));
    accounts().forEach(account -> account.edit(0));
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  static String nodeName(int node) {
    return "node-" + node;
  }

  static InetAddress nodeAddress(int node) {
    return NODE_ADDRESSES.get(node);
  }

  List<ModelAccount> accounts() {
    return accounts;
  }

  List<Versioned<?>> objects() {
    List<Versioned<?>> objects = new ArrayList<>(namespaces);
    objects.addAll(accounts);
    objects.addAll(pods);
    return objects;
  }

  /** A new pod, unless there are many or one of its name is still there. */
  boolean create(int namespace, String name, boolean hostNetwork, int node, int role, int naming) {
    ModelNamespace in = namespaces.get(namespace % namespaces.size());
    boolean taken =
        pods.stream().anyMatch(pod -> pod.exists() && pod.namespace == in && pod.name.equals(name));
    long present = pods.stream().filter(pod -> pod.exists() || pod.running).count();
    if (taken || present >= MOST_PODS) {
      return false;
    }
    // Most pods have the account that mostly has a role.
    ModelAccount account = in.accounts.get(naming % 5 == 4 ? 1 : 0);
    ModelPod pod = new ModelPod("uid-" + uids++, in, name, hostNetwork, account, SERVERS, NODES);
    pod.node = node;
    pod.role = role;
    pod.naming = naming;
    pod.mode = (role * 31 + naming) % 7 == 0 ? role + naming : 0;
    pod.changed();
    // Whoever never hears of a pod hears nothing wrong.
    pods.add(pod);
    return true;
  }

  /** Gives the pod's sandbox a network; false when there is no address left. */
  boolean connect(ModelPod pod, int choice, boolean dual) {
    if (pod.hostNetwork) {
      return true;
    }
    List<InetAddress> four = free.stream().filter(POOL::contains).toList();
    List<InetAddress> six = free.stream().filter(POOL_6::contains).toList();
    if (four.isEmpty()) {
      return false;
    }
    // Mostly the address that was given back last: that is what can go wrong.
    int index = choice % 4 == 0 ? choice / 4 : 0;
    take(pod, four.get(index % four.size()));
    if (dual && !six.isEmpty()) {
      take(pod, six.get(index % six.size()));
    }
    return true;
  }

  private void take(ModelPod pod, InetAddress address) {
    free.remove(address);
    pod.addresses.add(address);
  }

  /** Its network is gone. */
  void disconnect(ModelPod pod) {
    pod.running = false;
    pod.addresses.forEach(free::addFirst);
    pod.addresses.clear();
  }

  /** From where a running pod's requests come. */
  static Set<InetAddress> sources(ModelPod pod) {
    return pod.hostNetwork ? Set.of(nodeAddress(pod.node)) : new HashSet<>(pod.addresses);
  }

  /** Pods that nobody can know of any more are nobody's business. */
  void forget() {
    pods.removeIf(pod -> !pod.exists() && !pod.running && pod.everybodyKnows());
  }
}
