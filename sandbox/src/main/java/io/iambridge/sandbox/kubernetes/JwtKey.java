package io.iambridge.sandbox.kubernetes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Optional;

/** Signs and checks JSON Web Tokens with a key of its own (ES256, RFC 7518, 3.4). */
final class JwtKey {
  private static final String ID = "sandbox";
  private static final int PARTS = 3;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final KeyPair pair;

  JwtKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      pair = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has secp256r1", e);
    }
  }

  /** A token with these claims. */
  String sign(ObjectNode claims) {
    ObjectNode header = JsonNodeFactory.instance.objectNode().put("alg", "ES256").put("kid", ID);
    String signed = encode(Json.write(header)) + "." + encode(Json.write(claims));
    try {
      Signature signature = signature();
      signature.initSign(pair.getPrivate());
      signature.update(signed.getBytes(US_ASCII));
      return signed + "." + encode(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("signing with a good key works", e);
    }
  }

  /** The claims of a token that this key has signed; empty for everything else. */
  Optional<JsonNode> verify(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != PARTS) {
      return Optional.empty();
    }
    try {
      Signature signature = signature();
      signature.initVerify(pair.getPublic());
      signature.update((parts[0] + "." + parts[1]).getBytes(US_ASCII));
      // The algorithm is ours whatever the header says: a token does not choose how it is checked.
      return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
          ? Optional.of(
              Json.read(new String(Base64.getUrlDecoder().decode(parts[1]), Json.CHARSET)))
          : Optional.empty();
    } catch (GeneralSecurityException | IllegalArgumentException | ApiException e) {
      return Optional.empty();
    }
  }

  private static Signature signature() throws GeneralSecurityException {
    return Signature.getInstance("SHA256withECDSAinP1363Format");
  }

  private static String encode(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }
}
