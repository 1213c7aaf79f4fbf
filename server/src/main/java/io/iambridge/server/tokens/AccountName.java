package io.iambridge.server.tokens;

import java.util.regex.Pattern;

/**
 * A Kubernetes service account, written {@code namespace/name}.
 *
 * @param namespace an RFC 1123 label
 * @param name an RFC 1123 subdomain
 */
public record AccountName(String namespace, String name) {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?");

  /** Checks both parts. */
  public AccountName {
    if (!LABEL.matcher(namespace).matches() || !SUBDOMAIN.matcher(name).matches()) {
      throw new IllegalArgumentException("not NAMESPACE/NAME of a service account");
    }
  }

  /**
   * Reads {@code namespace/name}.
   *
   * @throws IllegalArgumentException when it is not
   */
  public static AccountName parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException("not NAMESPACE/NAME of a service account");
    }
    return new AccountName(parts[0], parts[1]);
  }

  /** Who Kubernetes says it is (Kubernetes, "Authenticating", service account tokens). */
  public String username() {
    return "system:serviceaccount:" + namespace + ":" + name;
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
