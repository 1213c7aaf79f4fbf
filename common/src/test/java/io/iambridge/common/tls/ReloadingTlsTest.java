package io.iambridge.common.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.testing.Certificates;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class ReloadingTlsTest {
  @TempDir Path dir;

  private final InstantSource clock = InstantSource.system();
  private final ManualScheduler scheduler = new ManualScheduler(new FakeClock());
  private Certificates ca;

  @BeforeEach
  void makeAuthority() {
    ca = Certificates.authority(dir, "ca");
  }

  private ReloadingTls load(Certificates.Pem pem) {
    return ReloadingTls.load(
        new TlsFiles(pem.certificate(), pem.key(), pem.ca()), clock, scheduler);
  }

  /** Shakes hands in memory; gives the certificate the server showed. */
  private static X509Certificate handshake(SslContext server, SslContext client)
      throws SSLException {
    SSLEngine serving = server.newEngine(ByteBufAllocator.DEFAULT);
    SSLEngine asking = client.newEngine(ByteBufAllocator.DEFAULT, "localhost", 1);
    ByteBuffer toServer = ByteBuffer.allocate(65_536);
    ByteBuffer toClient = ByteBuffer.allocate(65_536);
    asking.beginHandshake();
    serving.beginHandshake();
    for (int step = 0; step < 100; step++) {
      exchange(asking, toServer, toClient);
      exchange(serving, toClient, toServer);
      if (done(asking) && done(serving) && toServer.position() == 0 && toClient.position() == 0) {
        assertThat(asking.getSession().getProtocol()).isEqualTo("TLSv1.3");
        return (X509Certificate) asking.getSession().getPeerCertificates()[0];
      }
    }
    throw new AssertionError("no end of the handshake");
  }

  private static boolean done(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void exchange(SSLEngine engine, ByteBuffer out, ByteBuffer in)
      throws SSLException {
    for (int step = 0; step < 20; step++) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED -> {
          if (in.position() == 0) {
            return;
          }
          in.flip();
          engine.unwrap(in, ByteBuffer.allocate(65_536));
          in.compact();
        }
      }
    }
  }

  @Test
  void bothSidesProveThemselvesWithTls13() throws SSLException {
    try (ReloadingTls server = load(ca.server("server", "localhost"));
        ReloadingTls client = load(ca.client("agent"))) {
      assertThat(
              handshake(server.serverContext(), client.clientContext())
                  .getSubjectX500Principal()
                  .getName())
          .isEqualTo("CN=server");
    }
  }

  @Test
  void aClientOfAnotherAuthorityIsRefused() {
    Certificates other = Certificates.authority(dir, "other");
    Certificates.Pem stranger = other.client("stranger");
    try (ReloadingTls server = load(ca.server("server", "localhost"));
        ReloadingTls client =
            load(new Certificates.Pem(stranger.certificate(), stranger.key(), ca.caFile()))) {
      assertThatThrownBy(() -> handshake(server.serverContext(), client.clientContext()))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void anExpiredClientIsRefused() {
    try (ReloadingTls server = load(ca.server("server", "localhost"));
        ReloadingTls client = load(ca.expiredClient("agent"))) {
      assertThatThrownBy(() -> handshake(server.serverContext(), client.clientContext()))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void aServerOfAnotherNameIsRefused() {
    try (ReloadingTls server = load(ca.server("server", "elsewhere"));
        ReloadingTls client = load(ca.client("agent"))) {
      assertThatThrownBy(() -> handshake(server.serverContext(), client.clientContext()))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void changedFilesAreUsedByTheNextConnection() throws Exception {
    Certificates.Pem first = ca.server("first", "localhost");
    Path certificate = Files.copy(first.certificate(), dir.resolve("tls.crt"));
    Path key = Files.copy(first.key(), dir.resolve("tls.key"));
    try (ReloadingTls server = load(new Certificates.Pem(certificate, key, ca.caFile()));
        ReloadingTls client = load(ca.client("agent"))) {
      SslContext context = server.serverContext();
      Certificates.Pem second = ca.server("second", "localhost");
      replace(second.certificate(), certificate);
      replace(second.key(), key);
      scheduler.advance(ReloadingTls.CHECK_INTERVAL);
      assertThat(handshake(context, client.clientContext()).getSubjectX500Principal().getName())
          .isEqualTo("CN=second");
    }
  }

  private static void replace(Path from, Path to) throws Exception {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(to, FileTime.from(Instant.now().plusSeconds(5)));
  }

  @Test
  void whoCameBeforeIsRefusedOnceItsAuthorityIsTakenAway() throws Exception {
    Certificates next = Certificates.authority(dir, "next");
    Path authorities = Files.copy(ca.caFile(), dir.resolve("authorities.crt"));
    Certificates.Pem own = ca.server("server", "localhost");
    try (ReloadingTls server =
            load(new Certificates.Pem(own.certificate(), own.key(), authorities));
        ReloadingTls client = load(ca.client("agent"))) {
      SslContext context = server.serverContext();
      SslContext same = client.clientContext();
      assertThat(handshake(context, same)).isNotNull();
      replace(next.caFile(), authorities);
      scheduler.advance(ReloadingTls.CHECK_INTERVAL);
      assertThatThrownBy(() -> handshake(context, same)).isInstanceOf(SSLException.class);
    }
  }

  @Test
  void whileOneAuthorityReplacesAnotherBothAreTrusted() throws Exception {
    Certificates next = Certificates.authority(dir, "next");
    Path both = dir.resolve("both.crt");
    Files.writeString(both, Files.readString(ca.caFile()) + Files.readString(next.caFile()));
    Certificates.Pem old = ca.server("server", "localhost");
    try (ReloadingTls server = load(new Certificates.Pem(old.certificate(), old.key(), both))) {
      for (Certificates authority : new Certificates[] {ca, next}) {
        Certificates.Pem pem = authority.client("agent-" + authority.caFile().getFileName());
        try (ReloadingTls client =
            load(new Certificates.Pem(pem.certificate(), pem.key(), ca.caFile()))) {
          assertThat(handshake(server.serverContext(), client.clientContext())).isNotNull();
        }
      }
    }
  }

  @Test
  void aChangeOfOneFileThatDoesNotFitTheOthersIsLeftAsideUntilAllFit() throws Exception {
    Certificates.Pem first = ca.server("first", "localhost");
    Path certificate = Files.copy(first.certificate(), dir.resolve("tls.crt"));
    Path key = Files.copy(first.key(), dir.resolve("tls.key"));
    try (ReloadingTls server = load(new Certificates.Pem(certificate, key, ca.caFile()));
        ReloadingTls client = load(ca.client("agent"))) {
      SslContext context = server.serverContext();
      Certificates.Pem second = ca.server("second", "localhost");
      replace(second.certificate(), certificate);
      scheduler.advance(ReloadingTls.CHECK_INTERVAL);
      assertThat(subject(handshake(context, client.clientContext()))).isEqualTo("CN=first");
      replace(second.key(), key);
      scheduler.advance(ReloadingTls.CHECK_INTERVAL);
      assertThat(subject(handshake(context, client.clientContext()))).isEqualTo("CN=second");
    }
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  @Test
  void aMissingFileIsOneLineThatNamesFlagAndFile() {
    Certificates.Pem pem = ca.client("agent");
    Path missing = dir.resolve("missing.pem");
    assertThatThrownBy(() -> load(new Certificates.Pem(missing, pem.key(), pem.ca())))
        .isInstanceOf(StartException.class)
        .hasMessage("--cert " + missing + ": does not exist or cannot be read");
    assertThatThrownBy(() -> load(new Certificates.Pem(pem.certificate(), missing, pem.ca())))
        .hasMessageStartingWith("--key " + missing);
    assertThatThrownBy(() -> load(new Certificates.Pem(pem.certificate(), pem.key(), missing)))
        .hasMessageStartingWith("--ca " + missing);
  }

  @Test
  void filesThatAreNoPemAreNamed() throws Exception {
    Certificates.Pem pem = ca.client("agent");
    Path garbage = Files.writeString(dir.resolve("garbage.pem"), "garbage");
    assertThatThrownBy(() -> load(new Certificates.Pem(garbage, pem.key(), pem.ca())))
        .isInstanceOf(StartException.class)
        .hasMessage("--cert " + garbage + ": no PEM certificate in it");
    assertThatThrownBy(() -> load(new Certificates.Pem(pem.certificate(), garbage, pem.ca())))
        .isInstanceOf(StartException.class)
        .hasMessage("--key " + garbage + ": no unencrypted PEM private key in it");
    assertThatThrownBy(() -> load(new Certificates.Pem(pem.certificate(), pem.key(), garbage)))
        .isInstanceOf(StartException.class)
        .hasMessage("--ca " + garbage + ": no PEM certificate in it");
  }

  @Test
  void aKeyOfAnotherCertificateIsNamedAtStart() {
    Certificates.Pem pem = ca.client("agent");
    Certificates.Pem other = ca.client("other");
    assertThatThrownBy(() -> load(new Certificates.Pem(pem.certificate(), other.key(), pem.ca())))
        .isInstanceOf(StartException.class)
        .hasMessage("--key " + other.key() + ": not the key of the certificate in --cert");
  }

  @Test
  void aServerWithoutAuthorityAsksForNoCertificateAndAClientNeedsNone() throws Exception {
    Certificates.Pem pem = ca.server("server", "localhost");
    TlsFiles own =
        new TlsFiles(Optional.of(new TlsFiles.Own(pem.certificate(), pem.key())), Optional.empty());
    TlsFiles nobody = new TlsFiles(Optional.empty(), Optional.of(ca.caFile()));
    try (ReloadingTls server = ReloadingTls.load(own, clock, scheduler);
        ReloadingTls client = ReloadingTls.load(nobody, clock, scheduler);
        ReloadingTls clientWithCertificate = load(ca.client("agent"))) {
      assertThat(subject(handshake(server.serverContext(), client.clientContext())))
          .isEqualTo("CN=server");
      assertThat(subject(handshake(server.serverContext(), clientWithCertificate.clientContext())))
          .isEqualTo("CN=server");
      assertThat(server.expirations()).containsOnlyKeys("cert");
      assertThat(client.expirations()).containsOnlyKeys("ca");
    }
  }

  @Test
  void whoWasRefusedIsTold() {
    List<String> told = new ArrayList<>();
    Certificates.Pem stranger = Certificates.authority(dir, "other").client("stranger");
    try (ReloadingTls server = load(ca.server("server", "localhost"));
        ReloadingTls good = load(ca.client("agent"));
        ReloadingTls expired = load(ca.expiredClient("old"));
        ReloadingTls foreign =
            load(new Certificates.Pem(stranger.certificate(), stranger.key(), ca.caFile()))) {
      SslContext context =
          server.serverContext((peer, subject, why) -> told.add(subject + ": " + why));
      assertThatCode(() -> handshake(context, good.clientContext())).doesNotThrowAnyException();
      assertThat(told).isEmpty();
      for (ReloadingTls refused : List.of(expired, foreign)) {
        assertThatThrownBy(() -> handshake(context, refused.clientContext()))
            .isInstanceOf(SSLException.class);
      }
      assertThat(told)
          .satisfiesExactly(
              first -> assertThat(first).startsWith("CN=old: NotAfter").doesNotContain("\n"),
              second -> assertThat(second).startsWith("CN=stranger: ").doesNotContain("\n"));
    }
  }

  /** The clock jumps: days of looking at files every ten seconds would take minutes. */
  private static void later(FakeClock clock, ManualScheduler scheduler, Duration by) {
    clock.advance(by);
    scheduler.advance(ReloadingTls.CHECK_INTERVAL);
  }

  @Test
  void certificatesThatEndWithinAWeekAreWarnedOfOnceADayUntilTheyAreReplaced() throws Exception {
    FakeClock fake = new FakeClock(Instant.now());
    ManualScheduler days = new ManualScheduler(fake);
    Logger logger = (Logger) LoggerFactory.getLogger(ExpiryWarnings.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    Instant end = fake.instant().plus(Duration.ofDays(20)).truncatedTo(ChronoUnit.SECONDS);
    Certificates.Pem soon =
        ca.client("soon", fake.instant().minus(Duration.ofDays(1)), end, "localhost");
    Path certificate = Files.copy(soon.certificate(), dir.resolve("tls.crt"));
    Path key = Files.copy(soon.key(), dir.resolve("tls.key"));
    try (ReloadingTls tls =
        ReloadingTls.load(new TlsFiles(certificate, key, ca.caFile()), fake, days)) {
      assertThat(tls.expirations()).containsEntry("cert", end).containsKey("ca");
      later(fake, days, Duration.ofDays(13).minusMinutes(1));
      assertThat(log.list).isEmpty();
      later(fake, days, Duration.ofDays(1));
      assertThat(log.list)
          .singleElement()
          .satisfies(event -> {
            assertThat(event.getFormattedMessage()).contains("expires soon");
            assertThat(event.getKeyValuePairs().toString()).contains("CN=soon", end.toString());
          });
      for (int day = 0; day < 3; day++) {
        later(fake, days, Duration.ofDays(1));
        later(fake, days, Duration.ZERO);
      }
      assertThat(log.list).hasSize(4);
      Certificates.Pem next = ca.client("next", Instant.now(), end.plus(Duration.ofDays(300)));
      replace(next.certificate(), certificate);
      replace(next.key(), key);
      later(fake, days, Duration.ofDays(3));
      assertThat(log.list).hasSize(4);
      assertThat(tls.expirations()).containsEntry("cert", end.plus(Duration.ofDays(300)));
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void anOwnCertificateThatSaysSomethingElseStopsTheStartAndIsNotTakenLater() throws Exception {
    OwnCertificateCheck check =
        leaf -> {
          if (!subject(leaf).equals("CN=first")) {
            throw new CertificateException("it is of " + subject(leaf));
          }
        };
    Certificates.Pem first = ca.server("first", "localhost");
    Certificates.Pem second = ca.server("second", "localhost");
    assertThatThrownBy(() ->
            ReloadingTls.load(
                new TlsFiles(second.certificate(), second.key(), ca.caFile()),
                check,
                clock,
                scheduler))
        .isInstanceOf(StartException.class)
        .hasMessage("--cert " + second.certificate() + ": it is of CN=second");
    Path certificate = Files.copy(first.certificate(), dir.resolve("tls.crt"));
    Path key = Files.copy(first.key(), dir.resolve("tls.key"));
    try (ReloadingTls server =
            ReloadingTls.load(
                new TlsFiles(certificate, key, ca.caFile()), check, clock, scheduler);
        ReloadingTls client = load(ca.client("agent"))) {
      replace(second.certificate(), certificate);
      replace(second.key(), key);
      scheduler.advance(ReloadingTls.CHECK_INTERVAL);
      assertThat(subject(handshake(server.serverContext(), client.clientContext())))
          .isEqualTo("CN=first");
    }
  }
}
