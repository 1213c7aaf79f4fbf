package io.iambridge.server;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.kubernetes.KubernetesEvents;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.roles.Quoted;
import io.iambridge.server.targets.Finding;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs and counts what is decided about pods, and tells their owners of what they must change. */
final class Decisions implements CallersListener {
  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

  private static final String NO_AGENT = "";

  private final KubernetesEvents events;
  private final Audit audit;
  private final ServerMetrics metrics;
  private final StandingDenials standing;
  private final LateAccounts late;

  Decisions(
      KubernetesEvents events,
      Audit audit,
      ServerMetrics metrics,
      StandingDenials standing,
      LateAccounts late) {
    this.events = events;
    this.audit = audit;
    this.metrics = metrics;
    this.standing = standing;
    this.late = late;
  }

  /** A pod that has ended has no use for advice, and after a restart there may be many. */
  static boolean advisable(PodBinding binding) {
    return !binding.pod().ended() && !binding.pod().deleting();
  }

  /** The pod called and was refused, as its agent tells. Only retired pods are not told before. */
  void refused(PodBinding called) {
    if (called.entitlement() instanceof Entitlement.Denial denial
        && denial.reason() == Reason.RETIRED
        && advisable(called)) {
      events.retired(called.pod(), denial.message());
    }
  }

  /** To be called every minute; see {@link StandingDenials} and {@link LateAccounts}. */
  void repeat(Function<String, Optional<PodBinding>> find) {
    standing.repeat(find, events::denied);
    late.tell(find, this::tellFallback);
  }

  @Override
  public void entitled(PodBinding decided) {
    Pod pod = decided.pod();
    if (!(decided.entitlement() instanceof Entitlement.Denial)) {
      standing.remove(pod);
    }
    if (decided.entitlement() instanceof Entitlement.Denial(var reason, var _, var _)
        && reason == Reason.RETIRED) {
      // Meant so: who calls all the same is told when it does.
      standing.remove(pod);
      LOG.atDebug().addKeyValue("pod", pod.fullName()).log("A pod is retired");
      return;
    }
    // Most that have a role by their account only never call us: they have IRSA themselves.
    if (!pod.annotations().getOrDefault(Binder.ROLE, "").isEmpty()
        && pod.hostNetwork()
        && advisable(decided)) {
      hostNetwork(pod);
      return;
    }
    decided.fellBack().filter(_ -> advisable(decided)).ifPresent(why -> fellBack(decided, why));
    switch (decided.entitlement()) {
      case Entitlement.Binding(var session) ->
          LOG.atDebug()
              .addKeyValue("pod", pod.fullName())
              .addKeyValue("node", pod.node())
              .addKeyValue("session", session)
              .log("A pod may have its role");
      case Entitlement.Denial denial -> denied(decided, denial);
      case Entitlement.NoRole() -> {
        // Most pods of a cluster: not worth a line each.
      }
    }
  }

  /** Whatever its role is worth: its address is the node's, so only a token tells who it is. */
  private void hostNetwork(Pod pod) {
    events.hostNetworkNotServed(pod);
    LOG.atInfo()
        .addKeyValue("pod", pod.fullName())
        .addKeyValue("node", pod.node())
        .log(
            "A pod of the host's network names a role: it needs a token for EKS Pod Identity to get it");
  }

  /** Its service account says nothing that its mode could go by, so nothing was even tried. */
  private void fellBack(PodBinding decided, Finding why) {
    Pod pod = decided.pod();
    String mode = decided.mode().mode().label();
    LOG.atInfo()
        .addKeyValue("pod", pod.fullName())
        .addKeyValue("mode", mode)
        .addKeyValue("finding", why.word())
        .log("A pod falls back to mode kiam");
    if (why != Finding.NO_SERVICE_ACCOUNT || !late.add(pod)) {
      tellFallback(decided);
    }
  }

  private void tellFallback(PodBinding decided) {
    if (decided.fellBack().isEmpty()
        || !(decided.entitlement() instanceof Entitlement.Binding(var instead))) {
      return;
    }
    Pod pod = decided.pod();
    Finding why = decided.fellBack().get();
    Mode mode = decided.mode().mode();
    Mechanism.Kind wanted =
        mode == Mode.IRSA ? Mechanism.Kind.WEB_IDENTITY : Mechanism.Kind.POD_IDENTITY;
    String message =
        why == Finding.NO_SERVICE_ACCOUNT
            ? "there is no service account %s".formatted(pod.serviceAccount())
            : "see the annotations of service account %s, and the pod's"
                .formatted(pod.serviceAccount());
    metrics.fellBack(wanted, why);
    audit.fellBack(pod, wanted, instead, why, message);
    events.fellBack(pod, mode.label(), why.word(), message);
  }

  @Override
  public void unknownMode(Namespace namespace, String value) {
    events.unknownMode(namespace, value);
    LOG.atWarn()
        .addKeyValue("namespace", namespace.name())
        .addKeyValue("label", Quoted.of(value))
        .log("A namespace's label iambridge.io/mode is no mode: taken for kiam");
  }

  @Override
  public void unknownMode(Pod pod, String value) {
    events.unknownMode(pod, value);
    LOG.atWarn()
        .addKeyValue("pod", pod.fullName())
        .addKeyValue("label", Quoted.of(value))
        .log("A pod's label iambridge.io/mode is no mode: taken for kiam");
  }

  private void denied(PodBinding decided, Entitlement.Denial denial) {
    if (!advisable(decided)) {
      return;
    }
    Pod pod = decided.pod();
    standing.add(pod);
    metrics.denied(denial.reason());
    audit.denied(NO_AGENT, Optional.of(pod), pod.uid(), denial.reason(), denial.message());
    events.denied(pod, denial);
    LOG.atInfo()
        .addKeyValue("pod", pod.fullName())
        .addKeyValue("node", pod.node())
        .addKeyValue("reason", denial.reason())
        .addKeyValue("message", denial.message())
        .log("A pod may not have its role");
  }

  @Override
  public void ambiguous(String node, InetAddress address, List<String> pods) {
    metrics.ambiguousAddress();
    pods.forEach(pod -> events.ambiguous(pod, address, pods.size()));
    LOG.atWarn()
        .addKeyValue("node", node)
        .addKeyValue("address", address.getHostAddress())
        .addKeyValue("pods", pods)
        .log("Several pods claim an address; nobody is answered there");
  }
}
