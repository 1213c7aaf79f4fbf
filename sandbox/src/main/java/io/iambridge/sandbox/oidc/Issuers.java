package io.iambridge.sandbox.oidc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the keys of issuers as a relying party does: by the discovery document, then by the keys'
 * own address (OpenID Connect Discovery 1.0, 4), each time anew. AWS demands https of issuers; the
 * sandbox has http on loopback, so each issuer's name is mapped to where it really is.
 */
public final class Issuers implements AutoCloseable {
  /** AWS gives up after 5 s (re:Post, "How can I resolve … InvalidIdentityToken"). */
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final JsonMapper json = new JsonMapper();
  private final Map<String, URI> places = new ConcurrentHashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(DEADLINE).build();

  /** Says where an issuer really is: what begins with its name is asked for there. */
  public void locate(String issuer, URI place) {
    places.put(issuer, place);
  }

  /** Loses an issuer: it is unreachable from now on. */
  public void lose(String issuer) {
    places.remove(issuer);
  }

  /** The issuer's key of this id. */
  public PublicKey key(String issuer, String keyId) throws IssuerException {
    JsonNode discovery = get(issuer, issuer + "/.well-known/openid-configuration");
    if (!discovery.path("issuer").asText().equals(issuer)) {
      throw IssuerException.unusable("the discovery document is another issuer's");
    }
    for (JsonNode key : get(issuer, discovery.path("jwks_uri").asText()).path("keys")) {
      if (key.path("kid").asText().equals(keyId) && key.path("kty").asText().equals("RSA")) {
        return rsa(key);
      }
    }
    throw IssuerException.unusable("the issuer does not publish the key");
  }

  private JsonNode get(String issuer, String address) throws IssuerException {
    URI place = places.get(issuer);
    if (place == null || !address.startsWith(issuer)) {
      throw IssuerException.unreachable("the sandbox does not know where this is: " + address);
    }
    URI real = URI.create(place + address.substring(issuer.length()));
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(real).timeout(DEADLINE).build(), BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw IssuerException.unusable(address + " answers " + answer.statusCode());
      }
      return json.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw IssuerException.unusable(address + " is not JSON");
    } catch (IOException e) {
      throw IssuerException.unreachable(address + " does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw IssuerException.unreachable("interrupted");
    }
  }

  private static PublicKey rsa(JsonNode key) throws IssuerException {
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new RSAPublicKeySpec(number(key.path("n")), number(key.path("e"))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw IssuerException.unusable("the key is broken");
    }
  }

  private static BigInteger number(JsonNode text) {
    return new BigInteger(/* signum= */ 1, Base64.getUrlDecoder().decode(text.asText()));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
