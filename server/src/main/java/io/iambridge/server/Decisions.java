package io.iambridge.server;

import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.kubernetes.KubernetesEvents;
import io.iambridge.server.metrics.ServerMetrics;
import java.net.InetAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs and counts what is decided about pods, and tells their owners of what they must change. */
final class Decisions implements CallersListener {
  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

  private final KubernetesEvents events;
  private final ServerMetrics metrics;

  Decisions(KubernetesEvents events, ServerMetrics metrics) {
    this.events = events;
    this.metrics = metrics;
  }

  @Override
  public void entitled(Pod pod, Entitlement entitlement) {
    switch (entitlement) {
      case Entitlement.Binding(var session) ->
          LOG.atDebug()
              .addKeyValue("pod", pod.fullName())
              .addKeyValue("node", pod.node())
              .addKeyValue("session", session)
              .log("A pod may have its role");
      case Entitlement.Denial denial -> denied(pod, denial);
      case Entitlement.NoRole() -> {
        // Most pods of a cluster: not worth a line each.
      }
    }
  }

  /** A pod that has ended has no use for advice, and after a restart there may be many. */
  private void denied(Pod pod, Entitlement.Denial denial) {
    if (pod.ended() || pod.deleting()) {
      return;
    }
    metrics.denied(denial.reason());
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
    LOG.atWarn()
        .addKeyValue("node", node)
        .addKeyValue("address", address.getHostAddress())
        .addKeyValue("pods", pods)
        .log("Several pods claim an address; nobody is answered there");
  }
}
