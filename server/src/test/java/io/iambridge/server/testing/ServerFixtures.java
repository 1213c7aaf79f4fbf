package io.iambridge.server.testing;

import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.policy.NamespaceRules;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Objects of a small cluster. */
public final class ServerFixtures {
  /** What role names are put behind. */
  public static final String BASE = "arn:aws:iam::123456789012:role/";

  private ServerFixtures() {}

  /** A running pod of namespace "apps" on a node, with annotations. */
  public static Pod pod(String uid, String node, String ip, Map<String, String> annotations) {
    return new Pod(
        uid,
        "apps",
        "pod-" + uid,
        node,
        "default",
        Set.of(InetAddress.ofLiteral(ip)),
        /* hostNetwork= */ false,
        /* ended= */ false,
        /* deleting= */ false,
        Optional.of(Instant.EPOCH),
        annotations,
        Map.of(),
        Origin.ofBarePod("bare"));
  }

  /** A pod that asks for a role. */
  public static Pod podWithRole(String uid, String node, String ip, String role) {
    return pod(uid, node, ip, Map.of("iam.amazonaws.com/role", role));
  }

  /** Namespace "apps", which permits what the expression matches. */
  public static Namespace apps(String permitted) {
    return new Namespace("apps", "uid-apps", Map.of(NamespaceRules.PERMITTED, permitted), Map.of());
  }
}
