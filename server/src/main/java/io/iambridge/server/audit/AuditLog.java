package io.iambridge.server.audit;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.targets.Finding;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what it hears as JSON lines, and counts it. Security events go into the log as well. */
public final class AuditLog implements Audit {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  private final Consumer<String> lines;
  private final InstantSource clock;
  private final AuditCounts counts;
  private final Repeats repeats;

  /**
   * @param lines where a line goes, without its end; has it when it returns
   */
  public AuditLog(Consumer<String> lines, InstantSource clock, AuditCounts counts) {
    this.lines = lines;
    this.clock = clock;
    this.counts = counts;
    this.repeats = new Repeats(clock);
  }

  @Override
  public void announced(Pod pod, Session session) {
    write(Happening.ANNOUNCED, record(Happening.ANNOUNCED).with(pod).with(session));
  }

  @Override
  public void issued(Pod pod, Session session, Credentials credentials) {
    write(Happening.ISSUED, issuedRecord(pod, session, credentials));
  }

  @Override
  public void issuedUnproved(Pod pod, Session session, Credentials credentials, String peer) {
    write(
        Happening.ISSUED,
        issuedRecord(pod, session, credentials).with("protocol", "kiam").with("peer", peer));
  }

  private AuditRecord issuedRecord(Pod pod, Session session, Credentials credentials) {
    return record(Happening.ISSUED)
        .with(pod)
        .with(session, credentials)
        .with("accessKeyId", credentials.accessKeyId())
        .with("stsRequestId", credentials.stsRequestId())
        .with("issued", credentials.issued())
        .with("expiration", credentials.expiration());
  }

  @Override
  public void fellBack(Session session, Finding finding, String ownWords) {
    PodAccount pod = session.mechanism().podAccount().orElse(null);
    OptionalLong unwritten =
        repeats.unwritten(
            "fell back " + (pod == null ? session.id() : pod.podUid()), finding + ownWords);
    if (unwritten.isEmpty()) {
      return;
    }
    AuditRecord record = record(Happening.FELL_BACK);
    if (pod != null) {
      record.with(pod);
    }
    record.with(session).with("finding", finding.word()).with("message", ownWords);
    session
        .mechanism()
        .fallback()
        .ifPresent(fallback -> record.with("fallbackRole", fallback.role().toString()));
    write(Happening.FELL_BACK, repeated(record, unwritten.getAsLong()));
  }

  @Override
  public void fellBack(
      Pod pod, Mechanism.Kind wanted, Session instead, Finding finding, String message) {
    OptionalLong unwritten = repeats.unwritten("fell back " + pod.uid(), finding + message);
    if (unwritten.isEmpty()) {
      return;
    }
    AuditRecord record =
        record(Happening.FELL_BACK)
            .with(pod)
            .with("session", instead.id())
            .with(wanted)
            .with("finding", finding.word())
            .with("message", message)
            .with("fallbackRole", instead.role().toString());
    write(Happening.FELL_BACK, repeated(record, unwritten.getAsLong()));
  }

  @Override
  public void denied(String node, Optional<Pod> pod, String about, Reason reason, String message) {
    // Where no pod is known, what was asked about is whatever somebody has made up.
    String who = pod.map(Pod::uid).orElse("");
    OptionalLong unwritten =
        repeats.unwritten("denied " + reason + " " + node + " " + who, about + message);
    if (unwritten.isEmpty()) {
      return;
    }
    AuditRecord record = record(Happening.DENIED);
    pod.ifPresentOrElse(record::with, () -> record.with("about", about));
    write(
        Happening.DENIED,
        repeated(
            // Who asked, which is not always where the pod is.
            record.with("askedBy", node).with("reason", reason.name()).with("message", message),
            unwritten.getAsLong()));
  }

  @Override
  public void securityEvent(SecurityEvent event) {
    counts.securityEvent(event.kind());
    OptionalLong unwritten =
        repeats.unwritten(event.kind() + " " + event.node() + " " + host(event), event.message());
    if (unwritten.isEmpty()) {
      return;
    }
    write(
        Happening.SECURITY_EVENT,
        repeated(
            record(Happening.SECURITY_EVENT)
                .with("kind", event.kind().name())
                .with("node", event.node())
                .with("peer", event.peer())
                .with("message", event.message()),
            unwritten.getAsLong()));
    LOG.atWarn()
        .addKeyValue("kind", event.kind())
        .addKeyValue("node", event.node())
        .addKeyValue("peer", event.peer())
        .log("Security event: {}", event.message());
  }

  /** Without the port, which is another with each connection. */
  private static String host(SecurityEvent event) {
    int port = event.peer().lastIndexOf(':');
    return port < 0 ? event.peer() : event.peer().substring(0, port);
  }

  private AuditRecord record(Happening happening) {
    return new AuditRecord(clock.instant(), happening);
  }

  private static AuditRecord repeated(AuditRecord record, long unwritten) {
    return unwritten == 0 ? record : record.with("unwrittenSinceLast", unwritten);
  }

  private void write(Happening happening, AuditRecord record) {
    lines.accept(record.toString());
    counts.audited(happening);
  }
}
