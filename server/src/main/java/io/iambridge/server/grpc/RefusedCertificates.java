package io.iambridge.server.grpc;

import io.iambridge.common.tls.RefusalListener;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.roles.Quoted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators and auditors of clients whose certificates TLS has refused. */
public final class RefusedCertificates implements RefusalListener {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedCertificates.class);

  private final ServerMetrics metrics;
  private final Audit audit;

  /** With who hears of them. */
  public RefusedCertificates(ServerMetrics metrics, Audit audit) {
    this.metrics = metrics;
    this.audit = audit;
  }

  @Override
  public void refused(String peer, String subject, String why) {
    metrics.certificateRefused();
    // The audit log warns of it, once a minute; here each would be a line that anybody can cause.
    LOG.atDebug()
        .addKeyValue("peer", peer)
        .addKeyValue("subject", Quoted.of(subject))
        .addKeyValue("why", Quoted.of(why))
        .log("A client's certificate was refused");
    audit.securityEvent(
        new SecurityEvent(
            SecurityEvent.Kind.CERTIFICATE_REFUSED,
            /* node= */ "",
            peer,
            "certificate of " + Quoted.of(subject) + ": " + Quoted.of(why)));
  }
}
