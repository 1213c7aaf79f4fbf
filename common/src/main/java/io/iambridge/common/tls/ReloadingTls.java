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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS, 1.3 if nothing else is said, from files that may change under us: connections made after a
 * change use the new certificates, those that exist live on.
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

  /** How many tickets for resumption a server gives to a client; JDK 25, JSSE. */
  private static final String TICKETS = "jdk.tls.server.newSessionTicketCount";

  // Sessions are not resumed: whoever resumes one is not looked at again, and would come in for a
  // day after his authority was taken from the files, or go on showing a certificate that was
  // replaced. JSSE reads this when it is first used, which jvm.options are always in time for.
  static {
    if (System.getProperty(TICKETS) == null) {
      System.setProperty(TICKETS, "0");
    }
  }

  private static final String TLS_1_3 = "TLSv1.3";
  private static final String TLS_1_2 = "TLSv1.2";

  private final TlsFiles files;
  private final OwnCertificateCheck ownCheck;
  private final InstantSource clock;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager trust;
  private final ExpiryWarnings warnings = new ExpiryWarnings();
  private final ScheduledFuture<?> checks;
  private volatile TlsMaterial current;
  private @Nullable String lastTrouble;

  private ReloadingTls(
      TlsFiles files,
      OwnCertificateCheck ownCheck,
      InstantSource clock,
      ScheduledExecutorService scheduler)
      throws UnusableException, GeneralSecurityException, IOException {
    this.files = files;
    this.ownCheck = ownCheck;
    this.clock = clock;
    this.trust =
        AdvancedTlsX509TrustManager.newBuilder()
            .setVerification(Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION)
            .build();
    this.current = TlsMaterial.read(files, ownCheck);
    use(current);
    warnOf(current);
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
    return load(files, OwnCertificateCheck.NONE, clock, scheduler);
  }

  /**
   * The same, where our own certificate has to say something too: one that does not stops the
   * start, and is not taken later.
   */
  public static ReloadingTls load(
      TlsFiles files,
      OwnCertificateCheck ownCheck,
      InstantSource clock,
      ScheduledExecutorService scheduler) {
    try {
      return new ReloadingTls(files, ownCheck, clock, scheduler);
    } catch (UnusableException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (GeneralSecurityException | IOException e) {
      throw new StartException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private void check() {
    try {
      TlsMaterial now = TlsMaterial.read(files, ownCheck);
      if (!now.isSameAs(current)) {
        use(now);
        current = now;
        LOG.atInfo().addKeyValue("notAfter", expirations()).log("Certificates reloaded");
      }
      lastTrouble = null;
    } catch (UnusableException | GeneralSecurityException | IOException | RuntimeException e) {
      String trouble = String.valueOf(e.getMessage());
      if (!trouble.equals(lastTrouble)) {
        lastTrouble = trouble;
        LOG.atWarn().addKeyValue("cause", trouble).log("Certificates changed, the old ones stay");
      }
    }
    warnOf(current);
  }

  private void use(TlsMaterial material) throws GeneralSecurityException, IOException {
    if (material.own().isPresent()) {
      TlsMaterial.Own own = material.own().get();
      keys.updateIdentityCredentials(own.chain(), own.key());
    }
    if (!material.authorities().isEmpty()) {
      trust.updateTrustCredentials(material.authorities().toArray(X509Certificate[]::new));
    }
  }

  private void warnOf(TlsMaterial material) {
    List<X509Certificate> all = new ArrayList<>(material.chain());
    all.addAll(material.authorities());
    warnings.look(clock.instant(), all);
  }

  /**
   * When the first certificate of each file in use ends, under the flag's name without its dashes:
   * "cert", "ca", if they were not named otherwise. Any thread.
   */
  public Map<String, Instant> expirations() {
    TlsMaterial now = current;
    Map<String, Instant> ends = new TreeMap<>();
    files
        .own()
        .ifPresent(own ->
            first(now.chain()).ifPresent(end -> ends.put(withoutDashes(own.certFlag()), end)));
    first(now.authorities()).ifPresent(end -> ends.put(withoutDashes(files.caFlag()), end));
    return ends;
  }

  private static String withoutDashes(String flag) {
    return flag.substring("--".length());
  }

  private static Optional<Instant> first(List<X509Certificate> certificates) {
    return certificates.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Comparator.naturalOrder());
  }

  /** For a gRPC server that tells nobody of refused clients; see the other. */
  public SslContext serverContext() {
    return serverContext((peer, subject, why) -> {});
  }

  /**
   * For a gRPC server: demands a client certificate of the trusted authorities, or none where no
   * authority was given.
   *
   * @param listener hears of certificates that are not trusted, on a thread of the handshake
   */
  public SslContext serverContext(RefusalListener listener) {
    return build(serverBuilder(listener), TLS_1_3);
  }

  /** The same, for clients of which some are older than TLS 1.3. */
  public SslContext serverContextForOldClients(RefusalListener listener) {
    return build(serverBuilder(listener), TLS_1_3, TLS_1_2);
  }

  private SslContextBuilder serverBuilder(RefusalListener listener) {
    SslContextBuilder builder = SslContextBuilder.forServer(keys);
    return files.ca().isPresent()
        ? builder.clientAuth(ClientAuth.REQUIRE).trustManager(new ToldTrust(trust, listener))
        : builder.clientAuth(ClientAuth.NONE);
  }

  /** For a gRPC channel: checks the server's name, and shows our certificate if we have one. */
  public SslContext clientContext() {
    SslContextBuilder builder = SslContextBuilder.forClient().trustManager(trust);
    return build(files.own().isPresent() ? builder.keyManager(keys) : builder, TLS_1_3);
  }

  private static SslContext build(SslContextBuilder builder, String... protocols) {
    // For those who had started JSSE before us; see above.
    builder.sessionTimeout(1).sessionCacheSize(1);
    try {
      return GrpcSslContexts.configure(builder).protocols(protocols).build();
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
