package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.NamespaceFacts;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells which audiences a plan takes. Whoever may edit a service account writes its audience, and
 * it becomes an argument of {@code aws}: one that begins with a dash would be another option, and
 * the AWS CLI puts a file's contents in place of {@code file://}, version 1 also what it fetches
 * from {@code http://}. Tokens for {@code https://kubernetes.default.svc} or for the issuer are
 * those for the API server, which nobody else should take.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html">Loading
 *     a parameter from a file</a>
 */
public final class Audiences {
  private static final Pattern LEGAL =
      Pattern.compile("(?!(?i:fileb?|https?)://)[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}");

  private Audiences() {}

  /** Whether it may be an argument. */
  public static boolean isLegal(String audience) {
    return LEGAL.matcher(audience).matches();
  }

  /** For whom an account's tokens are, in whatever words. */
  static String of(NamespaceFacts namespace, String account) {
    return namespace.accounts().stream()
        .filter(facts -> facts.name().equals(account))
        .map(AccountFacts::audience)
        .findFirst()
        .orElse(AccountFacts.DEFAULT_AUDIENCE);
  }

  /** The same, where a plan takes it. */
  static Optional<String> legal(NamespaceFacts namespace, String account) {
    return Optional.of(of(namespace, account)).filter(Audiences::isLegal);
  }
}
