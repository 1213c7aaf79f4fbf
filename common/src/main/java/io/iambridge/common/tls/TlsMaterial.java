package io.iambridge.common.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is in the files, read together and found to fit. Does not print the key. */
final class TlsMaterial {
  private static final byte[] CHALLENGE = "iambridge".getBytes(StandardCharsets.US_ASCII);

  private final byte[] bytes;
  private final Optional<Own> own;
  private final List<X509Certificate> authorities;

  private TlsMaterial(byte[] bytes, Optional<Own> own, List<X509Certificate> authorities) {
    this.bytes = bytes;
    this.own = own;
    this.authorities = authorities;
  }

  /** What we show of ourselves. */
  static final class Own {
    private final X509Certificate[] chain;
    private final PrivateKey key;

    private Own(X509Certificate[] chain, PrivateKey key) {
      this.chain = chain;
      this.key = key;
    }

    X509Certificate[] chain() {
      return chain.clone();
    }

    PrivateKey key() {
      return key;
    }
  }

  /** A file that cannot be used; the message names flag and file, in one line. */
  static final class UnusableException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1L;

    UnusableException(String flag, Path file, String why, Throwable cause) {
      super(flag + " " + file + ": " + why, cause);
    }
  }

  static TlsMaterial read(TlsFiles files, OwnCertificateCheck check) throws UnusableException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Optional<Own> own = Optional.empty();
    if (files.own().isPresent()) {
      own = Optional.of(own(files.own().get(), check, all));
    }
    List<X509Certificate> authorities = List.of();
    if (files.ca().isPresent()) {
      byte[] caPem = bytes(files.caFlag(), files.ca().get());
      all.writeBytes(caPem);
      authorities = List.of(certificates(files.caFlag(), files.ca().get(), caPem));
    }
    return new TlsMaterial(all.toByteArray(), own, authorities);
  }

  private static Own own(TlsFiles.Own files, OwnCertificateCheck check, ByteArrayOutputStream all)
      throws UnusableException {
    byte[] certPem = bytes(files.certFlag(), files.cert());
    byte[] keyPem = bytes(files.keyFlag(), files.key());
    all.writeBytes(certPem);
    all.writeBytes(keyPem);
    X509Certificate[] chain = certificates(files.certFlag(), files.cert(), certPem);
    PrivateKey key;
    try {
      key = PemKey.parse(new String(keyPem, StandardCharsets.ISO_8859_1));
      requireFit(chain[0].getPublicKey(), key, files.certFlag());
    } catch (GeneralSecurityException e) {
      throw new UnusableException(files.keyFlag(), files.key(), String.valueOf(e.getMessage()), e);
    }
    try {
      check.check(chain[0]);
    } catch (CertificateException e) {
      throw new UnusableException(
          files.certFlag(), files.cert(), String.valueOf(e.getMessage()), e);
    }
    return new Own(chain, key);
  }

  /** Whether the files hold the same as they did for the other. */
  boolean isSameAs(TlsMaterial other) {
    return Arrays.equals(bytes, other.bytes);
  }

  Optional<Own> own() {
    return own;
  }

  List<X509Certificate> authorities() {
    return authorities;
  }

  /** Our own chain. */
  List<X509Certificate> chain() {
    return own.map(shown -> List.of(shown.chain)).orElse(List.of());
  }

  private static byte[] bytes(String flag, Path file) throws UnusableException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UnusableException(flag, file, "does not exist or cannot be read", e);
    }
  }

  private static X509Certificate[] certificates(String flag, Path file, byte[] pem)
      throws UnusableException {
    try {
      X509Certificate[] certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .toArray(X509Certificate[]::new);
      if (certificates.length > 0) {
        return certificates;
      }
      throw new CertificateException("empty");
    } catch (CertificateException e) {
      throw new UnusableException(flag, file, "no PEM certificate in it", e);
    }
  }

  /**
   * A certificate and a key of two different generations fail every handshake; better to see it
   * here.
   */
  private static void requireFit(PublicKey certified, PrivateKey key, String certFlag)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(CHALLENGE);
    byte[] signed = signature.sign();
    try {
      signature.initVerify(certified);
      signature.update(CHALLENGE);
      if (signature.verify(signed)) {
        return;
      }
    } catch (InvalidKeyException e) {
      throw new InvalidKeyException("not the key of the certificate in " + certFlag, e);
    }
    throw new InvalidKeyException("not the key of the certificate in " + certFlag);
  }
}
