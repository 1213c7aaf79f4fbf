package io.iambridge.server.audit;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.targets.Finding;
import java.util.Optional;

/**
 * Hears what auditors want to know, before it takes effect. Every method is quick, never throws,
 * and may be called by any thread.
 */
public interface Audit {
  /** Hears nothing; for tests and tools. */
  Audit NONE = new Audit() {};

  /**
   * The pod's node is told that the pod may have the session. From now on its agent may serve the
   * pod with credentials that it already has of the session, without asking for them again.
   */
  default void announced(Pod pod, Session session) {}

  /** The pod's node is given credentials of the session, for the pod. */
  default void issued(Pod pod, Session session, Credentials credentials) {}

  /**
   * The same, for an agent of kiam's: whoever has a certificate of theirs, and no node is proved.
   *
   * @param peer where the agent is, as "address:port"; empty when it is not known
   */
  default void issuedUnproved(Pod pod, Session session, Credentials credentials, String peer) {}

  /**
   * A pod is given the credentials of its session's fallback, because its own mechanism failed.
   *
   * @param session by web identity or pod identity
   * @param ownWords what the service said, in one line
   */
  default void fellBack(Session session, Finding finding, String ownWords) {}

  /**
   * A pod has the session of mode {@code kiam}, because nothing says which one it should have.
   *
   * @param wanted what its mode says
   * @param instead the session that it has
   * @param message why, in one line
   */
  default void fellBack(
      Pod pod, Mechanism.Kind wanted, Session instead, Finding finding, String message) {}

  /**
   * Somebody is not given what was asked for, because that is not permitted.
   *
   * @param node the node that was proved; empty where no agent asked
   * @param pod the pod; empty when it is not known
   * @param about what was asked about, as it was written, where no pod is known
   */
  default void denied(
      String node, Optional<Pod> pod, String about, Reason reason, String message) {}

  /** Somebody tried what nobody should. */
  default void securityEvent(SecurityEvent event) {}
}
