package io.iambridge.common.tls;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The PEM files of one side, as kiam's {@code --cert}, {@code --key} and {@code --ca} name them.
 *
 * @param own what it shows; empty for a client that is not asked
 * @param ca the authorities to trust; two of them, one after the other, while one replaces the
 *     other; empty for a server that asks its clients for no certificate
 * @param caFlag the flag that named them, for messages
 */
public record TlsFiles(Optional<Own> own, Optional<Path> ca, String caFlag) {

  /**
   * What one side shows of itself.
   *
   * @param cert certificate chain, leaf first
   * @param key its private key, PKCS #8, PKCS #1 or SEC 1
   * @param certFlag the flag that named the certificate, for messages
   * @param keyFlag the flag that named the key
   */
  public record Own(Path cert, Path key, String certFlag, String keyFlag) {
    /** Of {@code --cert} and {@code --key}. */
    public Own(Path cert, Path key) {
      this(cert, key, "--cert", "--key");
    }
  }

  /** Where {@code --ca} names the authorities. */
  public TlsFiles(Optional<Own> own, Optional<Path> ca) {
    this(own, ca, "--ca");
  }

  /** Of mutual TLS. */
  public TlsFiles(Path cert, Path key, Path ca) {
    this(Optional.of(new Own(cert, key)), Optional.of(ca));
  }
}
