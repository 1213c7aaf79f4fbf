package io.iambridge.sandbox.oidc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Optional;

/** A JSON Web Token, taken apart and not yet trusted (RFC 7519, signed as RFC 7518, 3.3 says). */
public final class Jwt {
  private static final int PARTS = 3;
  private static final JsonMapper JSON = new JsonMapper();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final JsonNode header;
  private final JsonNode claims;
  private final String signed;
  private final byte[] signature;

  private Jwt(JsonNode header, JsonNode claims, String signed, byte[] signature) {
    this.header = header;
    this.claims = claims;
    this.signed = signed;
    this.signature = signature;
  }

  /** Takes a text apart; empty when it is no JSON Web Token. */
  public static Optional<Jwt> parse(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != PARTS) {
      return Optional.empty();
    }
    try {
      JsonNode header = decoded(parts[0]);
      JsonNode claims = decoded(parts[1]);
      byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
      return header.isObject() && claims.isObject()
          ? Optional.of(new Jwt(header, claims, parts[0] + "." + parts[1], signature))
          : Optional.empty();
    } catch (IllegalArgumentException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  static String sign(ObjectNode claims, String keyId, PrivateKey key) {
    ObjectNode header = claims.objectNode().put("alg", "RS256").put("kid", keyId);
    String signed = encoded(header) + "." + encoded(claims);
    try {
      Signature signature = signature();
      signature.initSign(key);
      signature.update(signed.getBytes(US_ASCII));
      return signed + "." + ENCODER.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("signing with a good key works", e);
    }
  }

  /** The id of the key that it says it is signed with; empty when it does not say. */
  public String keyId() {
    return header.path("kid").asText();
  }

  /** What it claims. */
  public JsonNode claims() {
    return claims;
  }

  /**
   * Whether this key has signed it. The algorithm is RS256 whatever the header says: a token does
   * not choose how it is checked.
   */
  public boolean isSignedBy(PublicKey key) {
    try {
      Signature check = signature();
      check.initVerify(key);
      check.update(signed.getBytes(US_ASCII));
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Signature signature() throws GeneralSecurityException {
    return Signature.getInstance("SHA256withRSA");
  }

  private static JsonNode decoded(String part) throws JsonProcessingException {
    return JSON.readTree(new String(Base64.getUrlDecoder().decode(part), UTF_8));
  }

  private static String encoded(ObjectNode part) {
    return ENCODER.encodeToString(part.toString().getBytes(UTF_8));
  }

  /** Nothing of it: who reads a token can use it. */
  @Override
  public String toString() {
    return "Jwt[key " + keyId() + "]";
  }
}
