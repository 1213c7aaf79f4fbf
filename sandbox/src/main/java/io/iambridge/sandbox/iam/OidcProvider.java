package io.iambridge.sandbox.iam;

import java.time.Instant;
import java.util.List;

/**
 * An issuer that an account relies on.
 *
 * @param url without its scheme, as IAM tells it and condition keys name it
 * @param clientIds the audiences that tokens may have
 */
public record OidcProvider(
    Arn arn, String url, List<String> clientIds, List<String> thumbprints, Instant created) {
  static final String SCHEME = "https://";

  /** Copies the lists. */
  public OidcProvider {
    clientIds = List.copyOf(clientIds);
    thumbprints = List.copyOf(thumbprints);
  }

  /** What tokens of it say. */
  public String issuer() {
    return SCHEME + url;
  }
}
