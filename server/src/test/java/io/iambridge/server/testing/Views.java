package io.iambridge.server.testing;

import io.iambridge.server.cluster.CarriedIdentity;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.cluster.Workload;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes a namespace named shop with pods and service accounts. */
public final class Views {
  private final Map<String, String> labels = new HashMap<>();
  private final List<Pod> pods = new ArrayList<>();
  private final Map<String, ServiceAccount> accounts = new HashMap<>();

  /** A label of the namespace. */
  public Views label(String key, String value) {
    labels.put(key, value);
    return this;
  }

  /** A service account with annotations. */
  public Views account(String name, Map<String, String> annotations) {
    accounts.put(name, new ServiceAccount("shop", name, annotations));
    return this;
  }

  /** A service account with IRSA's annotation. */
  public Views account(String name, String role) {
    return account(name, Map.of("eks.amazonaws.com/role-arn", role));
  }

  /** A pod that runs, of a Deployment of the account's name. */
  public Views pod(String name, String account, String role) {
    return pod(
        name, account, role, new Workload("Deployment", account), /* ended= */ false, Map.of());
  }

  /** A pod. */
  public Views pod(
      String name,
      String account,
      String role,
      Workload workload,
      boolean ended,
      Map<String, String> podLabels,
      CarriedIdentity... carries) {
    pods.add(
        new Pod(
            "uid-" + name,
            "shop",
            name,
            "node-1",
            account,
            Set.of(InetAddress.ofLiteral("10.0.0.1")),
            /* hostNetwork= */ false,
            ended,
            /* deleting= */ false,
            Optional.of(Instant.EPOCH),
            role.isEmpty() ? Map.of() : Map.of("iam.amazonaws.com/role", role),
            podLabels,
            new Origin(workload, Instant.EPOCH, Set.of(carries))));
    return this;
  }

  /** The namespace. */
  public NamespaceView build() {
    return new NamespaceView(new Namespace("shop", "uid-shop", Map.of(), labels), pods, accounts);
  }
}
