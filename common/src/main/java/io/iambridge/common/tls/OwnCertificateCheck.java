package io.iambridge.common.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** What our own certificate must say besides fitting its key. */
@FunctionalInterface
public interface OwnCertificateCheck {
  /** Anything will do. */
  OwnCertificateCheck NONE = leaf -> {};

  /**
   * Looks at our own leaf certificate.
   *
   * @throws CertificateException when it will not do; one line that says why
   */
  void check(X509Certificate leaf) throws CertificateException;
}
