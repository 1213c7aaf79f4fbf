package io.iambridge.common.tls;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.iambridge.common.cli.StartException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutual TLS 1.3 from files that may change under us: connections made after a change use the new
 * certificates, those that exist live on.
 *
 * <p>A file that becomes unreadable or wrong later is logged by gRPC's key manager, which keeps the
 * last good one: half of a rotation must not cut a fleet off.
 */
public final class ReloadingTls implements Closeable {
  /**
   * How often the files' times are looked at: the shortest that gRPC's key manager takes.
   * Kubernetes itself takes about a minute to update a mounted Secret.
   */
  public static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(ReloadingTls.class);
  private static final String TLS_1_3 = "TLSv1.3";

  private final AdvancedTlsX509KeyManager keys;
  private final AdvancedTlsX509TrustManager trust;
  private final List<Closeable> reloads;

  private ReloadingTls(
      AdvancedTlsX509KeyManager keys, AdvancedTlsX509TrustManager trust, List<Closeable> reloads) {
    this.keys = keys;
    this.trust = trust;
    this.reloads = reloads;
  }

  /**
   * Loads the files and goes on watching them.
   *
   * @throws StartException when a file is missing or not what it should be; names the flag and the
   *     file
   */
  public static ReloadingTls load(
      TlsFiles files, InstantSource clock, ScheduledExecutorService scheduler) {
    requireReadable("--cert", files.cert());
    requireReadable("--key", files.key());
    requireReadable("--ca", files.ca());
    warnIfNotValid("--cert", files.cert(), clock.instant());
    warnIfNotValid("--ca", files.ca(), clock.instant());
    long millis = CHECK_INTERVAL.toMillis();
    AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    Closeable keyReload;
    try {
      keyReload =
          keys.updateIdentityCredentials(
              files.cert().toFile(),
              files.key().toFile(),
              millis,
              TimeUnit.MILLISECONDS,
              scheduler);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new StartException(
          "--cert %s and --key %s are not a PEM certificate and its PKCS #8 key: %s"
              .formatted(files.cert(), files.key(), e.getMessage()),
          e);
    }
    try {
      AdvancedTlsX509TrustManager trust =
          AdvancedTlsX509TrustManager.newBuilder()
              .setVerification(Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION)
              .build();
      Closeable trustReload =
          trust.updateTrustCredentials(
              files.ca().toFile(), millis, TimeUnit.MILLISECONDS, scheduler);
      return new ReloadingTls(keys, trust, List.of(keyReload, trustReload));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      closeQuietly(keyReload);
      throw new StartException(
          "--ca %s holds no PEM certificate: %s".formatted(files.ca(), e.getMessage()), e);
    }
  }

  /** For a gRPC server: demands a client certificate of the trusted authorities. */
  public SslContext serverContext() {
    return build(SslContextBuilder.forServer(keys).clientAuth(ClientAuth.REQUIRE));
  }

  /** For a gRPC channel: shows our certificate, and checks the server's name. */
  public SslContext clientContext() {
    return build(SslContextBuilder.forClient().keyManager(keys));
  }

  private SslContext build(SslContextBuilder builder) {
    try {
      return GrpcSslContexts.configure(builder.trustManager(trust)).protocols(TLS_1_3).build();
    } catch (SSLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops watching the files. */
  @Override
  public void close() {
    reloads.forEach(ReloadingTls::closeQuietly);
  }

  private static void closeQuietly(Closeable reload) {
    try {
      reload.close();
    } catch (IOException e) {
      LOG.debug("Stopping a certificate reload failed", e);
    }
  }

  private static void requireReadable(String flag, Path file) {
    if (!Files.isReadable(file)) {
      throw new StartException(flag + " " + file + " does not exist or cannot be read");
    }
  }

  /** Only a warning: the other side decides, and the file may be replaced a moment later. */
  private static void warnIfNotValid(String flag, Path file, Instant now) {
    try (InputStream in = Files.newInputStream(file)) {
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        X509Certificate x509 = (X509Certificate) certificate;
        Instant notAfter = x509.getNotAfter().toInstant();
        if (notAfter.isBefore(now) || x509.getNotBefore().toInstant().isAfter(now)) {
          LOG.atWarn()
              .addKeyValue("flag", flag)
              .addKeyValue("file", file)
              .addKeyValue("notBefore", x509.getNotBefore().toInstant())
              .addKeyValue("notAfter", notAfter)
              .log("A certificate is not valid now: the other side will refuse the connection");
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      LOG.debug("No certificate to look at in {}: loading it will say why", file, e);
    }
  }
}
