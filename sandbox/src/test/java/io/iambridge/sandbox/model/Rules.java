package io.iambridge.sandbox.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What pods and namespaces of the model say in their annotations, and what that gives: written down
 * by hand from the rules in README.md, so that nothing of the product decides it.
 */
final class Rules {
  static final String BASE = "arn:aws:iam::111122223333:role/";
  static final String FALLBACK_SESSION = "bridge";

  private static final String APP = BASE + "app";
  private static final String DB = BASE + "team/db";
  private static final String OTHER = "arn:aws:iam::444455556666:role/other";
  private static final String INVALID = "invalid";

  /** A role as a pod writes it; empty for none. */
  private record Role(String text, String arn) {}

  private static final List<Role> ROLES =
      List.of(
          new Role("app", APP),
          new Role("team/db", DB),
          new Role("/team/db", DB),
          new Role(OTHER, OTHER),
          new Role("team/db", DB),
          new Role("app", APP),
          new Role("", ""),
          new Role("arn:aws:iam::1:role/app", INVALID));

  /** Session name and external id as a pod writes them, and the RoleSessionName of the first. */
  private record Naming(String session, String externalId, String sessionName, boolean legal) {}

  private static final List<Naming> NAMINGS =
      List.of(
          new Naming("", "", "kiam-bridge", true),
          new Naming("one", "", "kiam-one", true),
          new Naming("a b", "", "kiam-a-b", true),
          new Naming("one", "ext-1", "kiam-one", true),
          new Naming("", "", "kiam-bridge", true),
          new Naming("one", "x", "", false));

  private record Rule(Map<String, String> annotations, Set<String> permits) {}

  private static final String PERMITTED = "iam.amazonaws.com/permitted";
  private static final String ALLOWED = "iam.amazonaws.com/allowed-roles";

  private static final Rule ANYTHING = new Rule(Map.of(PERMITTED, ".*"), Set.of(APP, DB, OTHER));

  private static final List<Rule> RULES =
      List.of(
          ANYTHING,
          ANYTHING,
          ANYTHING,
          new Rule(Map.of(PERMITTED, APP), Set.of(APP)),
          // Each side of the bar has to match the whole ARN.
          new Rule(Map.of(PERMITTED, "app|.*/db"), Set.of(DB)),
          new Rule(Map.of(ALLOWED, "[\"app\"]"), Set.of(APP)),
          new Rule(
              Map.of(ALLOWED, "[\"team/*\",\"arn:aws:iam::444455556666:role/*\"]"),
              Set.of(DB, OTHER)),
          new Rule(Map.of(PERMITTED, ".*app", ALLOWED, "[\"*\"]"), Set.of(APP)),
          new Rule(Map.of(), Set.of()),
          new Rule(Map.of(PERMITTED, "("), Set.of()));

  private static final List<List<Map<String, String>>> POD_ANNOTATIONS =
      ROLES.stream()
          .map(role -> NAMINGS.stream().map(names -> annotations(role, names)).toList())
          .toList();

  private Rules() {}

  static Map<String, String> podAnnotations(int role, int naming) {
    return POD_ANNOTATIONS.get(role % ROLES.size()).get(naming % NAMINGS.size());
  }

  private static Map<String, String> annotations(Role role, Naming names) {
    return nonEmpty(
        Map.of(
            "iam.amazonaws.com/role", role.text(),
            "iam.amazonaws.com/session-name", names.session(),
            "iam.amazonaws.com/external-id", names.externalId()));
  }

  static Map<String, String> namespaceAnnotations(int rule) {
    return RULES.get(rule % RULES.size()).annotations();
  }

  /** The STS session that is a pod's due in mode kiam; empty when none is. */
  static Optional<Grant> grant(int role, int naming, int rule) {
    String arn = ROLES.get(role % ROLES.size()).arn();
    Naming names = NAMINGS.get(naming % NAMINGS.size());
    return names.legal() && RULES.get(rule % RULES.size()).permits().contains(arn)
        ? Optional.of(Grant.assumed(arn, names.sessionName(), names.externalId()))
        : Optional.empty();
  }

  /** The ARN of the role that a pod names; {@link #isRole} where that is one. */
  static String role(int role) {
    return ROLES.get(role % ROLES.size()).arn();
  }

  static boolean isRole(String arn) {
    return !arn.equals(INVALID);
  }

  /** As a pod writes it. */
  static String sessionName(int naming) {
    return NAMINGS.get(naming % NAMINGS.size()).session();
  }

  static String externalId(int naming) {
    return NAMINGS.get(naming % NAMINGS.size()).externalId();
  }

  /** Whether STS takes the external id. */
  static boolean isLegal(int naming) {
    return NAMINGS.get(naming % NAMINGS.size()).legal();
  }

  /** The status that a request for the role gets; {@code rule} null when there is no namespace. */
  static int status(int role, int naming, @Nullable Integer rule) {
    if (rule == null) {
      return 503;
    }
    if (ROLES.get(role % ROLES.size()).text().isEmpty()) {
      return 404;
    }
    return grant(role, naming, rule).isPresent() ? 200 : 403;
  }

  private static Map<String, String> nonEmpty(Map<String, String> annotations) {
    return annotations.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
