package io.iambridge.server.plan.input;

import java.util.Set;

/** What is known of an account's OIDC provider for the cluster's issuer. */
public sealed interface PresentProvider {
  /**
   * It is there.
   *
   * @param audiences that it takes: its client ids
   */
  record Known(Set<String> audiences) implements PresentProvider {
    public Known {
      audiences = Set.copyOf(audiences);
    }
  }

  /** It is missing. */
  record Missing() implements PresentProvider {}

  /**
   * The account could not be asked.
   *
   * @param why in one line
   */
  record NotReadable(String why) implements PresentProvider {}
}
