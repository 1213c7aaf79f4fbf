package io.iambridge.common.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Trusts whom another trust manager trusts, and tells of the clients that it does not. */
final class ToldTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager trust;
  private final RefusalListener listener;

  ToldTrust(X509ExtendedTrustManager trust, RefusalListener listener) {
    this.trust = trust;
    this.listener = listener;
  }

  @FunctionalInterface
  private interface Check {
    void run() throws CertificateException;
  }

  private void told(X509Certificate[] chain, @Nullable String peer, Check check)
      throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      listener.refused(
          Objects.requireNonNullElse(peer, ""),
          chain.length == 0 ? "" : chain[0].getSubjectX500Principal().getName(),
          firstLine(deepest(e)));
      throw e;
    }
  }

  /** "PKIX path validation failed" says less than what is behind it. */
  private static Throwable deepest(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest;
  }

  private static String firstLine(Throwable thrown) {
    return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    told(chain, engine.getPeerHost(), () -> trust.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    told(chain, /* peer= */ null, () -> trust.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    told(chain, /* peer= */ null, () -> trust.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    trust.checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    trust.checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    trust.checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.getAcceptedIssuers();
  }
}
