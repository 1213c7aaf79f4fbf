package io.iambridge.server.audit;

/**
 * Something that no well-behaved agent or pod does.
 *
 * @param kind what it was
 * @param node the node that was proved; empty when none was
 * @param peer where it came from, as "address:port"; empty when it is not known
 * @param message one line for the person who looks into it; never a secret
 */
public record SecurityEvent(Kind kind, String node, String peer, String message) {

  /** What happened. Names stand in the audit log and label a metric, and never change. */
  public enum Kind {
    /** A call did not prove that it comes from an agent. */
    AGENT_NOT_PROVED,
    /** An agent says it is on another node than the one it proves. */
    NODE_MISMATCH,
    /** An agent asked about a pod of another node. */
    OTHER_NODES_POD,
    /** A token came from somewhere else than its pod. */
    TOKEN_OF_ANOTHER_CALLER,
    /** A client certificate was refused. */
    CERTIFICATE_REFUSED
  }
}
