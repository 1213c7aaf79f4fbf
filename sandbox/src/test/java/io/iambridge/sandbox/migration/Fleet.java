package io.iambridge.sandbox.migration;

import io.iambridge.sandbox.Sandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who is to be migrated: namespaces with ten workloads each, which have three roles between them.
 * Half of the workloads share a service account, although they have different roles, and one sits
 * on {@code default}: what kiam allows and IRSA does not.
 */
record Fleet(List<Home> homes) {
  static final String OTHER_ACCOUNT = "210987654321";
  static final String THIRD_ACCOUNT = "345678901234";
  static final int WORKLOADS = 10;
  private static final int ROLES = 3;
  private static final int SHARING = 5;

  /** A namespace. */
  record Home(String name, String target, List<Worker> workers) {
    /** The ARNs of its workloads' roles. */
    List<String> roles() {
      return workers.stream().map(Worker::role).distinct().toList();
    }
  }

  /**
   * A workload: a Deployment of one pod.
   *
   * @param account its service account under kiam
   * @param role the ARN of its role
   * @param atPodIdentityAddress whether it asks 169.254.170.23, not 169.254.169.254
   */
  record Worker(
      String namespace, String name, String account, String role, boolean atPodIdentityAddress) {
    String fullName() {
      return namespace + "/" + name;
    }
  }

  /** As many namespaces; every second one goes to Pod Identity, whose roles are in our account. */
  static Fleet of(int namespaces) {
    List<Home> homes = new ArrayList<>();
    for (int i = 0; i < namespaces; i++) {
      String name = "team-%02d".formatted(i);
      boolean irsa = i % 2 == 0;
      String aws =
          switch (irsa ? i % 8 : 1) {
            case 2 -> OTHER_ACCOUNT;
            case 6 -> THIRD_ACCOUNT;
            default -> Sandbox.ACCOUNT;
          };
      homes.add(new Home(name, irsa ? "irsa" : "pod-identity", workers(name, aws, irsa)));
    }
    return new Fleet(List.copyOf(homes));
  }

  private static List<Worker> workers(String namespace, String aws, boolean irsa) {
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < WORKLOADS; i++) {
      String name = "worker-" + i;
      String account = i < SHARING ? "shared" : i == SHARING ? "default" : name;
      String role = "arn:aws:iam::%s:role/%s-%s".formatted(aws, namespace, "abc".charAt(i % ROLES));
      // Who goes to Pod Identity has some SDKs that know it already.
      boolean knowsIt = !irsa && i % 4 == 3;
      workers.add(new Worker(namespace, name, account, role, knowsIt));
    }
    return List.copyOf(workers);
  }

  Stream<Worker> workers() {
    return homes.stream().flatMap(home -> home.workers().stream());
  }

  Home home(String name) {
    return homes.stream().filter(home -> home.name().equals(name)).findFirst().orElseThrow();
  }
}
