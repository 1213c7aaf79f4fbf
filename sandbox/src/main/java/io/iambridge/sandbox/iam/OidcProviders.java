package io.iambridge.sandbox.iam;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The issuers that each account relies on. */
public final class OidcProviders {
  private final Map<String, OidcProvider> byArn = new ConcurrentSkipListMap<>();
  private final InstantSource clock;

  OidcProviders(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Registers an issuer in an account, or replaces what it had.
   *
   * @param url https, without a trailing slash
   */
  public OidcProvider put(
      String account, String url, List<String> clientIds, List<String> thumbprints) {
    if (!url.startsWith(OidcProvider.SCHEME)) {
      throw new IllegalArgumentException("Invalid Open ID Connect Provider URL: " + url);
    }
    String address = url.substring(OidcProvider.SCHEME.length());
    OidcProvider provider =
        new OidcProvider(
            arn(account, address),
            address,
            clientIds,
            thumbprints,
            clock.instant().truncatedTo(ChronoUnit.SECONDS));
    byArn.put(provider.arn().toString(), provider);
    return provider;
  }

  /** Registers an issuer no more. */
  public void remove(String account, String url) {
    trusted(account, url).ifPresent(provider -> byArn.remove(provider.arn().toString()));
  }

  /** Those of an account, by ARN. */
  public List<OidcProvider> of(String account) {
    return byArn.values().stream()
        .filter(provider -> provider.arn().account().equals(account))
        .toList();
  }

  /** The one of this ARN. */
  public Optional<OidcProvider> find(String arn) {
    return Optional.ofNullable(byArn.get(arn));
  }

  /** The one by which an account relies on an issuer, whose name begins with https. */
  public Optional<OidcProvider> trusted(String account, String issuer) {
    return of(account).stream().filter(provider -> provider.issuer().equals(issuer)).findFirst();
  }

  private static Arn arn(String account, String address) {
    return new Arn("aws", "iam", "", account, "oidc-provider/" + address);
  }
}
