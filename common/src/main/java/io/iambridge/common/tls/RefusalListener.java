package io.iambridge.common.tls;

/** Hears of certificates that are refused. Must be quick. */
@FunctionalInterface
public interface RefusalListener {
  /**
   * A client's certificate was refused.
   *
   * @param peer where the client is, where TLS knows; often empty
   * @param subject the certificate's subject, as its owner wrote it
   * @param why one line
   */
  void refused(String peer, String subject, String why);
}
