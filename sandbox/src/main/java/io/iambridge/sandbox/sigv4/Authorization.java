package io.iambridge.sandbox.sigv4;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Authorization header of a signed request, taken apart. */
record Authorization(Scope scope, List<String> signedHeaders, String signature) {

  static final String ALGORITHM = "AWS4-HMAC-SHA256";

  /** {@code Credential=}: the key, and what the signing key was derived for. */
  record Scope(String keyId, String date, String region, String service, String terminator) {
    String text() {
      return date + "/" + region + "/" + service + "/" + terminator;
    }
  }

  Authorization {
    signedHeaders = List.copyOf(signedHeaders);
  }

  /** Reads a header; empty when a part is missing or broken. */
  static Optional<Authorization> parse(String header) {
    if (!header.startsWith(ALGORITHM + " ")) {
      return Optional.empty();
    }
    Map<String, String> parts = new HashMap<>();
    for (String part : header.substring(ALGORITHM.length() + 1).split(",", -1)) {
      String[] pair = part.strip().split("=", 2);
      if (pair.length != 2 || parts.put(pair[0], pair[1]) != null) {
        return Optional.empty();
      }
    }
    String credential = parts.get("Credential");
    String headers = parts.get("SignedHeaders");
    String signature = parts.get("Signature");
    if (parts.size() != 3 || credential == null || headers == null || signature == null) {
      return Optional.empty();
    }
    String[] scope = credential.split("/", -1);
    return scope.length == 5
        ? Optional.of(
            new Authorization(
                new Scope(scope[0], scope[1], scope[2], scope[3], scope[4]),
                Arrays.asList(headers.split(";", -1)),
                signature))
        : Optional.empty();
  }
}
