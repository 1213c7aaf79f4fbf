package io.iambridge.server.grpc;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.iambridge.common.wire.AgentId;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.SecurityEvent;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The node that the client's certificate names; see {@link AgentId}. TLS has checked that one of
 * our authorities says so.
 */
public final class CertifiedNode implements NodeIdentity {
  private final String trustDomain;

  /** With the trust domain whose names are ours. */
  public CertifiedNode(String trustDomain) {
    this.trustDomain = trustDomain;
  }

  @Override
  public Finding nodeOf(Metadata headers, Attributes connection) {
    SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      if (session == null
          || !(session.getPeerCertificates()[0] instanceof X509Certificate certificate)) {
        return refused("there is none");
      }
      AgentId id = AgentId.of(certificate);
      return id.trustDomain().equals(trustDomain)
          ? new Proved(id.node(), certificate.getNotAfter().toInstant())
          : refused(
              "it is of trust domain %s, and this server's is %s (--trust-domain)"
                  .formatted(id.trustDomain(), trustDomain));
    } catch (SSLPeerUnverifiedException e) {
      return refused("there is none");
    } catch (CertificateException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  private static Refused refused(String why) {
    return new Refused(
        Reason.NODE_UNKNOWN,
        "the agent's certificate (--cert) proves no node: " + why,
        Optional.of(SecurityEvent.Kind.CERTIFICATE_REFUSED));
  }
}
