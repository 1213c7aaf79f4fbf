package io.iambridge.sandbox.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What labels and service accounts of the model say, and what that gives: written down by hand from
 * the tables in README.md, as {@link Rules}.
 */
final class ModeRules {
  private static final String MODE = "iambridge.io/mode";
  private static final String FALLBACK = "iambridge.io/fallback";

  private static final List<Map<String, String>> NAMESPACE_LABELS =
      List.of(
          Map.of(),
          Map.of(),
          Map.of(MODE, "kiam"),
          Map.of(MODE, "rehearse"),
          Map.of(MODE, "irsa"),
          Map.of(MODE, "irsa"),
          Map.of(MODE, "irsa", FALLBACK, "false"),
          Map.of(MODE, "pod-identity"),
          Map.of(MODE, "pod-identity", FALLBACK, "false"),
          Map.of(MODE, "retired"),
          Map.of(MODE, "Irsa", FALLBACK, "false"));

  private static final List<Map<String, String>> POD_LABELS =
      List.of(
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(MODE, "kiam"),
          Map.of(MODE, "irsa"),
          Map.of(MODE, "pod-identity", FALLBACK, "true"),
          Map.of(FALLBACK, "false"),
          Map.of(MODE, "retired"),
          Map.of(MODE, ""));

  private static final String IRSA = "arn:aws:iam::111122223333:role/irsa/app";
  private static final String OTHER = "arn:aws:iam::111122223333:role/irsa/other";
  private static final String FAR = "arn:aws:iam::444455556666:role/far";
  private static final String ROLE = "eks.amazonaws.com/role-arn";

  /**
   * What a service account says.
   *
   * @param first the role that its token is for; empty for none
   * @param second the role that is assumed with that one's credentials; empty for none
   */
  private record Account(
      Map<String, String> annotations,
      String first,
      String second,
      String audience,
      boolean malformed) {
    static Account of(String role) {
      return new Account(Map.of(ROLE, role), role, "", "sts.amazonaws.com", false);
    }
  }

  private static final List<Account> ACCOUNTS =
      List.of(
          Account.of(IRSA),
          Account.of(IRSA),
          Account.of(OTHER),
          new Account(
              Map.of(ROLE, IRSA, "eks.amazonaws.com/audience", "else"), IRSA, "", "else", false),
          new Account(
              Map.of(ROLE, IRSA, "iambridge.io/target-role-arn", FAR),
              IRSA,
              FAR,
              "sts.amazonaws.com",
              false),
          new Account(Map.of(), "", "", "", false),
          new Account(Map.of("iambridge.io/target-role-arn", FAR), "", "", "", false),
          new Account(Map.of(ROLE, "app"), "", "", "", true));

  private ModeRules() {}

  static Map<String, String> namespaceLabels(int mode) {
    return NAMESPACE_LABELS.get(mode % NAMESPACE_LABELS.size());
  }

  static Map<String, String> podLabels(int mode) {
    return POD_LABELS.get(mode % POD_LABELS.size());
  }

  static Map<String, String> accountAnnotations(int role) {
    return ACCOUNTS.get(role % ACCOUNTS.size()).annotations();
  }

  /** What is a pod's due, by one version of each of its objects; null where there is none. */
  static Due due(
      ModelPod.Version pod,
      ModelNamespace.@Nullable Version namespace,
      ModelAccount.@Nullable Version account) {
    if (namespace == null) {
      return Due.none(503);
    }
    Map<String, String> own = podLabels(pod.mode());
    Map<String, String> inherited = namespaceLabels(namespace.mode());
    Optional<Grant> kiams = Rules.grant(pod.role(), pod.naming(), namespace.rule());
    int kiamsStatus = Rules.status(pod.role(), pod.naming(), namespace.rule());
    String fallback = own.getOrDefault(FALLBACK, inherited.getOrDefault(FALLBACK, "true"));
    Optional<Grant> back = fallback.equals("false") ? Optional.empty() : kiams;
    return switch (own.getOrDefault(MODE, inherited.getOrDefault(MODE, "kiam"))) {
      case "irsa" -> irsa(pod, account, back, kiamsStatus);
      case "pod-identity" -> podIdentity(pod, account, back, kiamsStatus);
      case "retired" -> Due.none(403);
      default -> kiams.map(Due::of).orElseGet(() -> Due.none(kiamsStatus));
    };
  }

  private static Due irsa(
      ModelPod.Version pod,
      ModelAccount.@Nullable Version version,
      Optional<Grant> back,
      int kiamsStatus) {
    if (version == null) {
      return back.map(Due::of).orElseGet(() -> Due.none(503));
    }
    Account account = ACCOUNTS.get(version.role() % ACCOUNTS.size());
    boolean chained = !account.second.isEmpty();
    if (account.malformed || (chained && !Rules.isLegal(pod.naming()))) {
      return back.map(Due::of).orElseGet(() -> Due.none(403));
    }
    if (account.first.isEmpty()) {
      return back.map(Due::of).orElseGet(() -> Due.none(kiamsStatus == 404 ? 404 : 403));
    }
    return Due.of(
        new Grant(
            Grant.WEB_IDENTITY,
            Grant.WEB_IDENTITY,
            chained ? account.second : account.first,
            sessionName(pod),
            chained ? Rules.externalId(pod.naming()) : "",
            String.join(" ", pod.object().uid(), account.audience, chained ? account.first : "-")),
        back);
  }

  private static Due podIdentity(
      ModelPod.Version pod,
      ModelAccount.@Nullable Version version,
      Optional<Grant> back,
      int kiamsStatus) {
    String role;
    if (kiamsStatus != 404) {
      role = Rules.role(pod.role());
    } else if (version == null) {
      return Due.none(503);
    } else {
      Account account = ACCOUNTS.get(version.role() % ACCOUNTS.size());
      if (account.first.isEmpty()) {
        return Due.none(account.malformed ? 403 : 404);
      }
      role = account.first;
    }
    return Rules.isRole(role)
        ? Due.of(
            new Grant(
                Grant.POD_IDENTITY,
                Grant.POD_IDENTITY,
                role,
                sessionName(pod),
                "",
                pod.object().uid()),
            back)
        : Due.none(403);
  }

  /** No name in the model is longer than 64 characters. */
  private static String sessionName(ModelPod.Version pod) {
    String wanted = Rules.sessionName(pod.naming());
    return wanted.isEmpty()
        ? pod.object().namespace() + "." + pod.object().name()
        : wanted.replace(' ', '-');
  }
}
