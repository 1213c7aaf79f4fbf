package io.iambridge.server.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.re2j.PatternSyntaxException;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.roles.Quoted;
import io.iambridge.server.roles.RoleResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * by {@code a)|(b}. The engine is RE2, whose time is linear in the ARN, and the size of all
 * expressions of a namespace together is bounded, repetitions multiplied out.
 */
public final class NamespaceRules {
  /** kiam's annotation. */
  public static final String PERMITTED = "iam.amazonaws.com/permitted";

  /** kube2iam's annotation. */
  public static final String ALLOWED_ROLES = "iam.amazonaws.com/allowed-roles";

  private static final Logger LOG = LoggerFactory.getLogger(NamespaceRules.class);
  private static final int MAX_ENTRIES = 1_000;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final RoleResolver roles;
  private final AllowedRolesFormat format;
  private final boolean strict;

  /**
   * With what the flags say.
   *
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
      return compiled(namespace, PERMITTED, permitted, () -> List.of(permitted(permitted)));
    }
    if (!allowedRoles.isEmpty()) {
      return compiled(namespace, ALLOWED_ROLES, allowedRoles, () -> allowedRoles(allowedRoles));
    }
    return role ->
        new Verdict.Forbidden(
            Reason.NAMESPACE_PERMITS_NOTHING,
            "namespace %s has no annotation %s, so its pods may have no role; set it to a regular expression that matches %s"
                .formatted(namespace, PERMITTED, role));
  }

  private interface Compiler {
    List<Predicate<String>> compile() throws JsonProcessingException;
  }

  private static NamespaceRule compiled(
      String namespace, String annotation, String text, Compiler compiler) {
    try {
      return new CompiledRule(namespace, annotation, text, compiler.compile());
    } catch (JsonProcessingException e) {
      return CompiledRule.invalid(namespace, annotation, text, "it is not a JSON array of strings");
    } catch (PatternSyntaxException e) {
      return CompiledRule.invalid(namespace, annotation, text, trouble(e));
    } catch (RuntimeException | StackOverflowError e) {
      // Whatever a tenant found there, it must not leave the rule that was before in force.
      LOG.atError().addKeyValue("namespace", namespace).setCause(e).log("A rule cannot be read");
      return CompiledRule.invalid(namespace, annotation, text, "it cannot be read");
    }
  }

  /** Not the exception's message: that has the tenant's expression in it, all 200 KB if need be. */
  private static String trouble(PatternSyntaxException e) {
    String where = e.getPattern();
    return where == null || where.isEmpty()
        ? e.getDescription()
        : e.getDescription() + " at " + Quoted.of(where);
  }

  private Predicate<String> permitted(String expression) {
    Expressions expressions = new Expressions();
    return strict ? expressions.compile(expression) : expressions.compileUnanchored(expression);
  }

  private List<Predicate<String>> allowedRoles(String json) throws JsonProcessingException {
    JsonNode array = JSON.readTree(json);
    if (!array.isArray() || array.size() > MAX_ENTRIES) {
      throw new PatternSyntaxException(
          "it is not a JSON array of at most " + MAX_ENTRIES + " strings");
    }
    Expressions expressions = new Expressions();
    List<Predicate<String>> entries = new ArrayList<>();
    for (JsonNode entry : array) {
      if (!entry.isTextual()) {
        throw new PatternSyntaxException("it is not a JSON array of strings");
      }
      entries.add(format.compile(entry.textValue(), roles, expressions));
    }
    return entries;
  }
}
