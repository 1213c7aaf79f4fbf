package io.iambridge.agent;

import io.iambridge.common.tls.OwnCertificateCheck;
import io.iambridge.common.wire.AgentAuth;
import io.iambridge.common.wire.AgentId;
import java.nio.file.Path;
import java.security.cert.CertificateException;

/**
 * How an agent proves its node to the server.
 *
 * @param auth what proves it
 * @param tokenFile where the token is, where a token proves it
 */
public record ServerAuth(AgentAuth auth, Path tokenFile) {

  /** What the agent's own certificate has to say for that, so that a wrong one is seen here. */
  OwnCertificateCheck certificateCheck(String nodeName) {
    return auth == AgentAuth.CERTIFICATE
        ? leaf -> {
          AgentId id = AgentId.of(leaf);
          if (!id.node().equals(nodeName)) {
            throw new CertificateException(
                "it is the certificate of node %s, and this agent is on %s (--node-name)"
                    .formatted(id.node(), nodeName));
          }
        }
        : OwnCertificateCheck.NONE;
  }
}
