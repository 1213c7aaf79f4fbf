package io.iambridge.common.tls;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.tls.TlsMaterial.UnusableException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutual TLS 1.3 from files that may change under us: connections made after a change use the new
 * certificates, those that exist live on.
 *
 * <p>Files that become unreadable, broken or unfit for each other are logged once and left aside
 * until they change again: half of a rotation must not cut a fleet off. gRPC's key managers could
 * watch files too, but read only PKCS #8, at most once a minute, and not at all when only one file
 * of a pair changes.
 */
public final class ReloadingTls implements Closeable {
  /**
   * How often the files are looked at. Kubernetes itself takes about a minute to update a Secret.
   */
  public static final Duration CHECK_INTERVAL = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(ReloadingTls.class);
  private static final String TLS_1_3 = "TLSv1.3";

  private final TlsFiles files;
  private final InstantSource clock;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager trust;
  private final ScheduledFuture<?> checks;
  private TlsMaterial current;
  private @Nullable String lastTrouble;

  private ReloadingTls(TlsFiles files, InstantSource clock, ScheduledExecutorService scheduler)
      throws UnusableException, GeneralSecurityException, IOException {
    this.files = files;
    this.clock = clock;
    this.trust =
        AdvancedTlsX509TrustManager.newBuilder()
            .setVerification(Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION)
            .build();
    this.current = TlsMaterial.read(files);
    use(current);
    long millis = CHECK_INTERVAL.toMillis();
    this.checks =
        scheduler.scheduleWithFixedDelay(this::check, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Loads the files and goes on watching them.
   *
   * @param scheduler where files are read, which blocks
   * @throws StartException when a file is missing or not what it should be; names the flag and the
   *     file
   */
  public static ReloadingTls load(
      TlsFiles files, InstantSource clock, ScheduledExecutorService scheduler) {
    try {
      return new ReloadingTls(files, clock, scheduler);
    } catch (UnusableException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (GeneralSecurityException | IOException e) {
      throw new StartException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private void check() {
    try {
      TlsMaterial now = TlsMaterial.read(files);
      if (!now.isSameAs(current)) {
        use(now);
        current = now;
        LOG.atInfo()
            .addKeyValue("file", files.cert())
            .addKeyValue("notAfter", now.chain()[0].getNotAfter().toInstant())
            .log("Certificates reloaded");
      }
      lastTrouble = null;
    } catch (UnusableException | GeneralSecurityException | IOException | RuntimeException e) {
      String trouble = String.valueOf(e.getMessage());
      if (!trouble.equals(lastTrouble)) {
        lastTrouble = trouble;
        LOG.atWarn().addKeyValue("cause", trouble).log("Certificates changed, the old ones stay");
      }
    }
  }

  private void use(TlsMaterial material) throws GeneralSecurityException, IOException {
    keys.updateIdentityCredentials(material.chain(), material.key());
    trust.updateTrustCredentials(material.authorities());
    // Only a warning: the other side decides, and the files may be replaced a moment later.
    for (X509Certificate certificate : material.notValidAt(clock.instant())) {
      LOG.atWarn()
          .addKeyValue("subject", certificate.getSubjectX500Principal().getName())
          .addKeyValue("notBefore", certificate.getNotBefore().toInstant())
          .addKeyValue("notAfter", certificate.getNotAfter().toInstant())
          .log("A certificate is not valid now: the other side will refuse the connection");
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
    checks.cancel(/* mayInterruptIfRunning= */ false);
  }
}
