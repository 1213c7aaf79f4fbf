package io.iambridge.sandbox.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * Where the next page of a list begins. All pages bear the first one's version: a watch from there
 * repeats what changed while the pages were read, so that nothing is missed.
 */
record ContinueToken(long version, String namespace, String name) {

  String text() {
    String plain = version + "/" + namespace + "/" + name;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(UTF_8));
  }

  static ContinueToken parse(String text) throws ApiException {
    try {
      String[] parts = new String(Base64.getUrlDecoder().decode(text), UTF_8).split("/", -1);
      if (parts.length == 3) {
        return new ContinueToken(Long.parseLong(parts[0]), parts[1], parts[2]);
      }
    } catch (IllegalArgumentException e) {
      // Told below, like every other token that is none.
    }
    throw ApiException.badRequest("continue key is not valid");
  }
}
