package io.iambridge.server.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.SecurityEvent;
import java.time.Instant;
import java.util.Optional;

/** Tells which node a call comes from. The one place where that is decided. */
@FunctionalInterface
public interface NodeIdentity {

  /** What came of it. */
  sealed interface Finding {}

  /**
   * The call comes from this node.
   *
   * @param until when what proves it ends; no stream of the call may live longer
   */
  record Proved(String node, Instant until) implements Finding {}

  /**
   * Nothing is known that could be answered to.
   *
   * @param message one line for whoever has set up the agent
   * @param event what auditors have to hear; empty for trouble that is nobody's attempt
   */
  record Refused(Reason reason, String message, Optional<SecurityEvent.Kind> event)
      implements Finding {}

  /**
   * Decides. Runs on a virtual thread, so it may block.
   *
   * @param headers of the call
   * @param connection what TLS proved of the peer, among others
   */
  Finding nodeOf(Metadata headers, Attributes connection);

  /**
   * With the node that the agent says it is on, by {@code --node-name}, compared with the one it
   * proves: whoever has set it wrong has to hear of it, and not to wonder where the pods are.
   */
  default NodeIdentity comparedWithClaim() {
    return (headers, connection) -> {
      Finding finding = nodeOf(headers, connection);
      String claimed = headers.get(WireKeys.NODE);
      return finding instanceof Proved(var node, var _) && claimed != null && !claimed.equals(node)
          ? new Refused(
              Reason.NODE_MISMATCH,
              "the agent proves to be on node %s, and says that it is on another (--node-name)"
                  .formatted(node),
              Optional.of(SecurityEvent.Kind.NODE_MISMATCH))
          : finding;
    };
  }
}
