package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.PresentProvider;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * An account's OIDC provider for the cluster's issuer.
 *
 * @param account of AWS
 * @param arn the provider's
 * @param audiences that tokens are for
 * @param present what is there
 */
public record ProviderWork(
    String account, String arn, List<String> audiences, PresentProvider present) {
  public ProviderWork {
    audiences = List.copyOf(audiences);
  }

  /** Whether it is to be made. Where that cannot be told: yes, if it is not there. */
  public boolean create() {
    return !(present instanceof PresentProvider.Known);
  }

  /** The audiences that one that is there does not take yet. */
  public List<String> missingAudiences() {
    if (present instanceof PresentProvider.Known(java.util.Set<String> taken)) {
      SortedSet<String> missing = new TreeSet<>(audiences);
      missing.removeAll(taken);
      return List.copyOf(missing);
    }
    return List.of();
  }
}
