package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.roles.Quoted;
import java.net.InetAddress;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what we use of the API's objects. A part that cannot be read is left out and reported; the
 * rest of the object, and every other object, is unaffected.
 */
final class ObjectReader {
  private static final List<String> OURS =
      List.of("iam.amazonaws.com/", "iambridge.io/", "kubernetes.io/config.mirror");
  private static final List<String> IDENTITY = List.of("eks.amazonaws.com/", "iambridge.io/");
  private static final List<String> LABELS = List.of("iambridge.io/");
  private static final Set<String> ENDED_PHASES = Set.of("Succeeded", "Failed");

  private static final String NETWORK_CONDITION = "PodReadyToStartContainers";

  private final Consumer<String> trouble;

  /**
   * @param trouble gets one line about each part that cannot be read
   */
  ObjectReader(Consumer<String> trouble) {
    this.trouble = trouble;
  }

  Pod pod(io.fabric8.kubernetes.api.model.Pod pod) {
    ObjectMeta meta = meta(pod);
    PodSpec spec = pod.getSpec() == null ? new PodSpec() : pod.getSpec();
    PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
    Optional<PodCondition> network = network(status);
    boolean connected = network.isEmpty() || "True".equals(network.get().getStatus());
    return new Pod(
        text(meta.getUid()),
        text(meta.getNamespace()),
        text(meta.getName()),
        text(spec.getNodeName()),
        text(spec.getServiceAccountName()),
        connected ? addresses(meta, status) : Set.of(),
        Boolean.TRUE.equals(spec.getHostNetwork()),
        ENDED_PHASES.contains(text(status.getPhase())),
        meta.getDeletionTimestamp() != null,
        network
            .flatMap(condition -> instant(meta, condition.getLastTransitionTime()))
            .or(() -> instant(meta, status.getStartTime())),
        annotations(meta, OURS),
        ours(meta.getLabels(), LABELS),
        new Origin(
            Workloads.of(meta),
            instant(meta, meta.getCreationTimestamp()).orElse(Instant.EPOCH),
            CarriedIdentities.of(spec)));
  }

  Namespace namespace(io.fabric8.kubernetes.api.model.Namespace namespace) {
    ObjectMeta meta = meta(namespace);
    return new Namespace(
        text(meta.getName()),
        text(meta.getUid()),
        annotations(meta, OURS),
        ours(meta.getLabels(), LABELS));
  }

  ServiceAccount serviceAccount(io.fabric8.kubernetes.api.model.ServiceAccount account) {
    ObjectMeta meta = meta(account);
    return new ServiceAccount(
        text(meta.getNamespace()), text(meta.getName()), annotations(meta, IDENTITY));
  }

  /**
   * Whether, and since when, the pod's sandbox has its network. Kubelets tell since Kubernetes 1.29
   * (Pod Lifecycle, "Pod network readiness"). A sandbox that is made anew gets another address, and
   * a pod that waited for one gets it long after its start: only this says who has one now.
   */
  private static Optional<PodCondition> network(PodStatus status) {
    return status.getConditions() == null
        ? Optional.empty()
        : status.getConditions().stream()
            .filter(condition -> condition != null && NETWORK_CONDITION.equals(condition.getType()))
            .findFirst();
  }

  /** Servers before Kubernetes 1.16 know only podIP; those after it have both. */
  private Set<InetAddress> addresses(ObjectMeta meta, PodStatus status) {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    if (status.getPodIPs() != null) {
      for (PodIP ip : status.getPodIPs()) {
        addAddress(addresses, meta, ip == null ? null : ip.getIp());
      }
    }
    addAddress(addresses, meta, status.getPodIP());
    return addresses;
  }

  private void addAddress(Set<InetAddress> addresses, ObjectMeta meta, @Nullable String ip) {
    if (ip == null || ip.isEmpty()) {
      return;
    }
    try {
      addresses.add(InetAddress.ofLiteral(ip));
    } catch (IllegalArgumentException e) {
      trouble.accept(
          "pod %s/%s has an address that is none: %s"
              .formatted(meta.getNamespace(), meta.getName(), Quoted.of(ip)));
    }
  }

  private Optional<Instant> instant(ObjectMeta meta, @Nullable String time) {
    if (time == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(time));
    } catch (DateTimeParseException e) {
      trouble.accept(
          "pod %s/%s has a time that is none: %s"
              .formatted(meta.getNamespace(), meta.getName(), Quoted.of(time)));
      return Optional.empty();
    }
  }

  private static Map<String, String> annotations(ObjectMeta meta, List<String> prefixes) {
    return ours(meta.getAnnotations(), prefixes);
  }

  private static Map<String, String> ours(
      @Nullable Map<String, String> all, List<String> prefixes) {
    if (all == null) {
      return Map.of();
    }
    Map<String, String> ours = new LinkedHashMap<>();
    all.forEach((key, value) -> {
      if (value != null && prefixes.stream().anyMatch(key::startsWith)) {
        ours.put(key, value);
      }
    });
    return ours;
  }

  private static ObjectMeta meta(HasMetadata object) {
    return object.getMetadata() == null ? new ObjectMeta() : object.getMetadata();
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
