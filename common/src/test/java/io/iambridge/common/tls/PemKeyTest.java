package io.iambridge.common.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PemKeyTest {
  private static String pem(String type, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            type,
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der),
            type);
  }

  private static PrivateKey rsa(int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair().getPrivate();
  }

  private static PrivateKey ec(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair().getPrivate();
  }

  /** The inner key without PKCS #8's envelope, as OpenSSL's older commands write it. */
  private static byte[] inner(PrivateKey key) throws Exception {
    return PrivateKeyInfo.getInstance(key.getEncoded())
        .parsePrivateKey()
        .toASN1Primitive()
        .getEncoded();
  }

  @Test
  void pkcs8KeysOfEachAlgorithmAreRead() throws Exception {
    for (PrivateKey key :
        new PrivateKey[] {
          rsa(2048),
          ec("secp256r1"),
          ec("secp384r1"),
          KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate()
        }) {
      assertThat(PemKey.parse(pem("PRIVATE KEY", key.getEncoded())).getEncoded())
          .isEqualTo(key.getEncoded());
    }
  }

  /** What kiam's chart makes, and cert-manager by default. */
  @ParameterizedTest
  @ValueSource(ints = {1024, 2048})
  void pkcs1KeysAreRead(int bits) throws Exception {
    PrivateKey key = rsa(bits);
    assertThat(PemKey.parse(pem("RSA PRIVATE KEY", inner(key))).getEncoded())
        .isEqualTo(key.getEncoded());
  }

  /** What cfssl makes, as kiam's documentation advises. */
  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
  void sec1KeysAreRead(String curve) throws Exception {
    PrivateKey key = ec(curve);
    org.bouncycastle.asn1.x509.AlgorithmIdentifier algorithm =
        PrivateKeyInfo.getInstance(key.getEncoded()).getPrivateKeyAlgorithm();
    BigInteger s = ((java.security.interfaces.ECPrivateKey) key).getS();
    int bits = ((java.security.interfaces.ECPrivateKey) key).getParams().getOrder().bitLength();
    byte[] sec1 =
        new org.bouncycastle.asn1.sec.ECPrivateKey(bits, s, algorithm.getParameters()).getEncoded();
    PrivateKey read =
        PemKey.parse(
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + pem("EC PRIVATE KEY", sec1));
    assertThat(((java.security.interfaces.ECPrivateKey) read).getS()).isEqualTo(s);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMAAA\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMAAA\n-----END EC PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMIIC\n-----END EC PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
      })
  void anythingElseIsRefusedInOneLineWithoutAPartOfTheKey(String text) {
    assertThatThrownBy(() -> PemKey.parse(text))
        .isInstanceOf(GeneralSecurityException.class)
        .satisfies(e ->
            assertThat(e.getMessage()).isNotEmpty().doesNotContain("\n", "AAAA", "MAAA", "MIIC"));
  }
}
