package io.iambridge.sandbox.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The RSA keys of an issuer: the newest signs, and all that are kept check and are published. The
 * first is the same for all issuers of a process: to make one takes seconds in a young JVM, in
 * which whoever waits for a token would give up.
 */
public final class SigningKeys {
  /** What EKS has. */
  private static final int BITS = 2048;

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private static final KeyPair FIRST = generate();

  private final Map<String, KeyPair> keys = new LinkedHashMap<>();
  private String newest = "";

  /** With the key that all begin with. */
  public SigningKeys() {
    use(FIRST);
  }

  /** A token with these claims, signed by the newest key. */
  public synchronized String sign(ObjectNode claims) {
    KeyPair pair = keys.get(newest);
    if (pair == null) {
      throw new IllegalStateException("the newest key is always kept");
    }
    return Jwt.sign(claims, newest, pair.getPrivate());
  }

  /** The claims of a token that one of the kept keys has signed; empty for everything else. */
  public synchronized Optional<JsonNode> verify(String token) {
    return Jwt.parse(token)
        .filter(jwt -> {
          KeyPair pair = keys.get(jwt.keyId());
          return pair != null && jwt.isSignedBy(pair.getPublic());
        })
        .map(Jwt::claims);
  }

  /** Signs with a new key from now on; tokens of the older ones stay good. */
  public void rotate() {
    use(generate());
  }

  private synchronized void use(KeyPair pair) {
    newest = id(pair);
    keys.put(newest, pair);
  }

  /** Keeps the newest key only: tokens of the others are good no more. */
  public synchronized void forgetOld() {
    keys.keySet().retainAll(Set.of(newest));
  }

  /** The public halves, as a JSON Web Key Set (RFC 7517). */
  public synchronized ObjectNode published() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode list = document.putArray("keys");
    keys.forEach((id, pair) -> {
      RSAPublicKey key = (RSAPublicKey) pair.getPublic();
      list.addObject()
          .put("use", "sig")
          .put("kty", "RSA")
          .put("kid", id)
          .put("alg", "RS256")
          .put("n", encoded(key.getModulus()))
          .put("e", encoded(key.getPublicExponent()));
    });
    return document;
  }

  private static KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** As Kubernetes: of the key itself, so that the same key always has the same id. */
  private static String id(KeyPair pair) {
    try {
      return ENCODER.encodeToString(
          MessageDigest.getInstance("SHA-256").digest(pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Big-endian, without the byte that BigInteger has for a sign. */
  private static String encoded(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return ENCODER.encodeToString(
        bytes[0] == 0 && bytes.length > 1 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }
}
