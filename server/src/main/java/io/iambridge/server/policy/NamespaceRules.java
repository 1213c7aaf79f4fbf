package io.iambridge.server.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.roles.Quoted;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads a namespace's annotations into its rule, once for each version of them: kiam's {@code
 * iam.amazonaws.com/permitted} (one regular expression), or, where that is missing, kube2iam's
 * {@code iam.amazonaws.com/allowed-roles} (a JSON array of globs or regular expressions). Neither,
 * or nothing legal, means that nothing is permitted.
 *
 * <h2>How an expression is anchored</h2>
 *
 * A tenant writes it, so it is compiled as it stands and has to match the whole ARN. Writing
 * anchors around it is what kiam does, and {@code a|b} escapes those; a group around it is escaped
 * by {@code a)|(b}. The engine is RE2, whose time is linear in the ARN, and the expression's size
 * is bounded, repetitions multiplied out.
 */
public final class NamespaceRules {
  /** kiam's annotation. */
  public static final String PERMITTED = "iam.amazonaws.com/permitted";

  /** kube2iam's annotation. */
  public static final String ALLOWED_ROLES = "iam.amazonaws.com/allowed-roles";

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final RoleResolver roles;
  private final AllowedRolesFormat format;
  private final boolean strict;

  /**
   * @param roles completes the entries of {@code allowed-roles} that are not ARNs
   * @param format how those entries are written
   * @param strict whether {@code permitted} has to match the whole ARN; false is kiam's {@code
   *     --disable-strict-namespace-regexp}
   */
  public NamespaceRules(RoleResolver roles, AllowedRolesFormat format, boolean strict) {
    this.roles = roles;
    this.format = format;
    this.strict = strict;
  }

  /**
   * The rule of a namespace with these annotations. Never fails: what cannot be read permits
   * nothing.
   */
  public NamespaceRule read(String namespace, Map<String, String> annotations) {
    String permitted = annotations.getOrDefault(PERMITTED, "");
    String allowedRoles = annotations.getOrDefault(ALLOWED_ROLES, "");
    if (!permitted.isEmpty()) {
      return permitted(namespace, permitted);
    }
    if (!allowedRoles.isEmpty()) {
      return allowedRoles(namespace, allowedRoles);
    }
    return role ->
        new Verdict.Forbidden(
            Reason.NAMESPACE_PERMITS_NOTHING,
            "namespace %s has no annotation %s, so its pods may have no role; set it to a regular expression that matches %s"
                .formatted(namespace, PERMITTED, role));
  }

  private NamespaceRule permitted(String namespace, String expression) {
    try {
      Pattern pattern = Expressions.compile(expression);
      Predicate<String> matches = strict ? pattern::matches : arn -> pattern.matcher(arn).find();
      return rule(namespace, PERMITTED, expression, List.of(matches));
    } catch (PatternSyntaxException e) {
      return invalid(namespace, PERMITTED, expression, String.valueOf(e.getMessage()));
    }
  }

  private NamespaceRule allowedRoles(String namespace, String json) {
    List<Predicate<String>> entries = new ArrayList<>();
    try {
      for (String entry : JSON.readValue(json, String[].class)) {
        entries.add(format.compile(entry == null ? "" : entry, roles));
      }
      return rule(namespace, ALLOWED_ROLES, json, entries);
    } catch (JsonProcessingException e) {
      return invalid(namespace, ALLOWED_ROLES, json, "it is not a JSON array of strings");
    } catch (PatternSyntaxException e) {
      return invalid(namespace, ALLOWED_ROLES, json, String.valueOf(e.getMessage()));
    }
  }

  private static NamespaceRule rule(
      String namespace, String annotation, String text, List<Predicate<String>> entries) {
    return role -> {
      String arn = role.toString();
      for (Predicate<String> entry : entries) {
        if (entry.test(arn)) {
          return new Verdict.Permitted();
        }
      }
      return new Verdict.Forbidden(
          Reason.ROLE_NOT_PERMITTED,
          "%s of namespace %s is %s, which does not match %s"
              .formatted(annotation, namespace, Quoted.of(text), role));
    };
  }

  private static NamespaceRule invalid(
      String namespace, String annotation, String text, String trouble) {
    Verdict.Forbidden forbidden =
        new Verdict.Forbidden(
            Reason.INVALID_NAMESPACE_RULE,
            "%s of namespace %s permits nothing: %s in %s"
                .formatted(annotation, namespace, trouble, Quoted.of(text)));
    return (RoleArn role) -> forbidden;
  }
}
