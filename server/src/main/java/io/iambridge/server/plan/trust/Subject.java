package io.iambridge.server.plan.trust;

import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * A service account, as a token and a trust policy name it.
 *
 * @param namespace of Kubernetes
 * @param account the service account's name
 */
public record Subject(String namespace, String account) implements Comparable<Subject> {
  static final String PREFIX = "system:serviceaccount:";
  private static final Comparator<Subject> ORDER =
      Comparator.comparing(Subject::namespace).thenComparing(Subject::account);
  // DNS-1123 subdomain: Kubernetes lets no service account have another name, so neither wildcard
  // nor colon can be in one.
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?");

  public Subject {
    if (!NAME.matcher(namespace).matches() || !NAME.matcher(account).matches()) {
      throw new IllegalArgumentException(
          "not the name of a service account: " + namespace + "/" + account);
    }
  }

  @Override
  public int compareTo(Subject other) {
    return ORDER.compare(this, other);
  }

  /** The claim {@code sub}: {@code system:serviceaccount:namespace:account}. */
  @Override
  public String toString() {
    return PREFIX + namespace + ":" + account;
  }
}
