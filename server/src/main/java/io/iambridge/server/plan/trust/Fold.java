package io.iambridge.server.plan.trust;

import java.util.List;

/**
 * Several service accounts under one wildcard.
 *
 * @param pattern {@code system:serviceaccount:namespace:prefix*}
 * @param accounts the accounts it stands for: all that exist and match, and each of them meant
 */
public record Fold(String pattern, List<Subject> accounts) {
  public Fold {
    accounts = List.copyOf(accounts);
  }
}
