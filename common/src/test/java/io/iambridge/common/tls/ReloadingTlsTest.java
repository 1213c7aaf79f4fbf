package io.iambridge.common.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
