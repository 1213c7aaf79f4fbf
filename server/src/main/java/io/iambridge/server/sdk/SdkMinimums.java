package io.iambridge.server.sdk;

import java.util.Optional;

/**
 * Whether an SDK that was seen can use a target mechanism by itself. A pod that stays on mode
 * {@code irsa} or {@code pod-identity} needs none of this: the agent answers it as before.
 *
 * @param sdk which one
 * @param version that was seen
 */
public record SdkMinimums(Sdk sdk, SdkVersion version) {

  /** What is known of an SDK. */
  public enum Support {
    /** New enough. */
    YES,
    /** Too old. */
    NO,
    /** Not an SDK of the table, or no version. */
    UNKNOWN
  }

  /**
   * Of what evidence has; empty for an SDK that is not in the table, or a version that is none.
   *
   * @param product the User-Agent's product: {@code aws-sdk-java}
   * @param version the User-Agent's version: {@code 1.11.704}
   */
  public static Optional<SdkMinimums> of(String product, String version) {
    return SdkVersion.parse(version)
        .flatMap(parsed -> Sdk.of(product, parsed).map(sdk -> new SdkMinimums(sdk, parsed)));
  }

  /** Whether it uses IRSA by itself. */
  public static Support irsa(String product, String version) {
    return of(product, version).map(seen -> support(seen.irsa())).orElse(Support.UNKNOWN);
  }

  /** Whether it uses EKS Pod Identity by itself. */
  public static Support podIdentity(String product, String version) {
    return of(product, version).map(seen -> support(seen.podIdentity())).orElse(Support.UNKNOWN);
  }

  /** Whether this one uses IRSA by itself. */
  public boolean irsa() {
    return version.atLeast(sdk.irsa());
  }

  /** Whether this one uses EKS Pod Identity by itself. */
  public boolean podIdentity() {
    return version.atLeast(sdk.podIdentity());
  }

  private static Support support(boolean enough) {
    return enough ? Support.YES : Support.NO;
  }
}
