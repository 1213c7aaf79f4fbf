package io.iambridge.common.tls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a private key from PEM in each of the forms that clusters have: PKCS #8 ({@code PRIVATE
 * KEY}), PKCS #1 ({@code RSA PRIVATE KEY}: Helm's genSignedCert, which kiam's chart uses, and
 * cert-manager's default) and SEC 1 ({@code EC PRIVATE KEY}: cfssl, which kiam's documentation
 * uses). The JDK reads only the first, so the other two are wrapped into it (RFC 5208, RFC 5915).
 */
final class PemKey {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final Logger LOG = LoggerFactory.getLogger(PemKey.class);
  private static final byte SEQUENCE = 0x30;
  private static final byte OCTET_STRING = 0x04;
  private static final byte SEC1_PARAMETERS = (byte) 0xa0;
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  /** AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1, with NULL parameters. */
  private static final byte[] RSA = {
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /** id-ecPublicKey, 1.2.840.10045.2.1. */
  private static final byte[] EC_PUBLIC_KEY = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };

  private PemKey() {}

  /**
   * Reads the first private key in the text.
   *
   * @throws GeneralSecurityException when there is none; the message never holds a part of the key
   */
  static PrivateKey parse(String pem) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new InvalidKeyException("no unencrypted PEM private key in it");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new InvalidKeyException("its private key is not base64", e);
    }
    return switch (block.group(1)) {
      case "RSA PRIVATE KEY" -> key(List.of("RSA"), pkcs8(RSA, der));
      case "EC PRIVATE KEY" ->
          key(List.of("EC"), pkcs8(tlv(SEQUENCE, EC_PUBLIC_KEY, curve(der)), der));
      default -> key(List.of("EC", "RSA", "EdDSA"), der);
    };
  }

  private static PrivateKey key(List<String> algorithms, byte[] pkcs8)
      throws GeneralSecurityException {
    for (String algorithm : algorithms) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        LOG.trace("Not a key of {}", algorithm);
      }
    }
    throw new InvalidKeyException("its private key is broken, or of an unknown algorithm");
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return tlv(SEQUENCE, VERSION_0, algorithm, tlv(OCTET_STRING, key));
  }

  /** The curve's OID out of SEC 1's ECPrivateKey: version, key, [0] parameters, [1] public key. */
  private static byte[] curve(byte[] sec1) throws InvalidKeyException {
    try {
      ByteBuffer fields = content(ByteBuffer.wrap(sec1));
      while (fields.hasRemaining()) {
        byte tag = fields.get(fields.position());
        ByteBuffer content = content(fields);
        if (tag == SEC1_PARAMETERS) {
          byte[] oid = new byte[content.remaining()];
          content.get(oid);
          return oid;
        }
      }
    } catch (RuntimeException e) {
      throw new InvalidKeyException("its EC private key is broken", e);
    }
    throw new InvalidKeyException("its EC private key does not name its curve");
  }

  /** Steps over one DER element and gives what is in it. */
  private static ByteBuffer content(ByteBuffer der) {
    der.get();
    int length = der.get() & 0xff;
    if (length > 0x80) {
      int bytes = length & 0x7f;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (der.get() & 0xff);
      }
    }
    ByteBuffer content = der.slice(der.position(), length);
    der.position(der.position() + length);
    return content;
  }

  private static byte[] tlv(byte tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer der = ByteBuffer.allocate(length + 4);
    der.put(tag);
    if (length < 0x80) {
      der.put((byte) length);
    } else if (length < 0x100) {
      der.put((byte) 0x81).put((byte) length);
    } else {
      der.put((byte) 0x82).putShort((short) length);
    }
    for (byte[] part : parts) {
      der.put(part);
    }
    byte[] bytes = new byte[der.flip().remaining()];
    der.get(bytes);
    return bytes;
  }
}
