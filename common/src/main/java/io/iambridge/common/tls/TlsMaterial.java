package io.iambridge.common.tls;

import java.io.ByteArrayInputStream;
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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What is in the three files, read together and found to fit. Does not print the key. */
final class TlsMaterial {
  private static final byte[] CHALLENGE = "iambridge".getBytes(StandardCharsets.US_ASCII);

  private final byte[] bytes;
  private final X509Certificate[] chain;
  private final PrivateKey key;
  private final X509Certificate[] authorities;

  private TlsMaterial(
      byte[] bytes, X509Certificate[] chain, PrivateKey key, X509Certificate[] authorities) {
    this.bytes = bytes;
    this.chain = chain;
    this.key = key;
    this.authorities = authorities;
  }

  /** A file that cannot be used; the message names flag and file, in one line. */
  static final class UnusableException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1L;

    UnusableException(String flag, Path file, String why, Throwable cause) {
      super(flag + " " + file + ": " + why, cause);
    }
  }

  static TlsMaterial read(TlsFiles files) throws UnusableException {
    byte[] certPem = bytes("--cert", files.cert());
    byte[] keyPem = bytes("--key", files.key());
    byte[] caPem = bytes("--ca", files.ca());
    X509Certificate[] chain = certificates("--cert", files.cert(), certPem);
    PrivateKey key;
    try {
      key = PemKey.parse(new String(keyPem, StandardCharsets.ISO_8859_1));
      requireFit(chain[0].getPublicKey(), key);
    } catch (GeneralSecurityException e) {
      throw new UnusableException("--key", files.key(), String.valueOf(e.getMessage()), e);
    }
    return new TlsMaterial(
        concatenated(certPem, keyPem, caPem), chain, key, certificates("--ca", files.ca(), caPem));
  }

  /** Whether the files hold the same as they did for the other. */
  boolean isSameAs(TlsMaterial other) {
    return Arrays.equals(bytes, other.bytes);
  }

  X509Certificate[] chain() {
    return chain.clone();
  }

  PrivateKey key() {
    return key;
  }

  X509Certificate[] authorities() {
    return authorities.clone();
  }

  /** Our own certificates and those trusted that are not valid at the instant. */
  List<X509Certificate> notValidAt(Instant instant) {
    return Stream.of(chain, authorities)
        .flatMap(Arrays::stream)
        .filter(certificate ->
            certificate.getNotAfter().toInstant().isBefore(instant)
                || certificate.getNotBefore().toInstant().isAfter(instant))
        .toList();
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
  private static void requireFit(PublicKey certified, PrivateKey key)
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
      throw new InvalidKeyException("not the key of the certificate in --cert", e);
    }
    throw new InvalidKeyException("not the key of the certificate in --cert");
  }

  private static byte[] concatenated(byte[]... parts) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
