package io.iambridge.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.policy.Verdict.Forbidden;
import io.iambridge.server.policy.Verdict.Permitted;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A namespace's annotations always make a rule; what cannot be read permits nothing, and nothing is
 * permitted that the annotation does not plainly say.
 */
public final class RuleFuzz {
  private static final RoleResolver ROLES = RoleResolver.forAccount("aws", "123456789012");
  private static final RoleArn APP = ROLES.resolve("team/app");
  private static final RoleArn ADMIN = RoleArn.parse("arn:aws-cn:iam::210987654321:role/admin");
  private static final JsonMapper JSON = new JsonMapper();

  private RuleFuzz() {}

  /** The bytes are kiam's annotation. */
  public static void runPermitted(byte[] input) {
    Map<String, String> annotations = Map.of(NamespaceRules.PERMITTED, text(input));
    for (RoleArn role : List.of(APP, ADMIN)) {
      Verdict strict = verdict(AllowedRolesFormat.GLOB, /* strict= */ true, annotations, role);
      Verdict loose = verdict(AllowedRolesFormat.GLOB, /* strict= */ false, annotations, role);
      if (strict instanceof Permitted) {
        assertThat(loose).as("what matches as a whole matches").isInstanceOf(Permitted.class);
        assertThat(matchesOnlyPart(text(input), role)).as("a part is enough: " + role).isFalse();
      }
    }
  }

  /** Behind the role stands what no expression without a wildcard for it can mean. */
  private static boolean matchesOnlyPart(String expression, RoleArn role) {
    return role.toString().startsWith(expression) && expression.length() < role.toString().length();
  }

  /** The bytes are kube2iam's annotation. */
  public static void runAllowedRoles(byte[] input) {
    Map<String, String> annotations = Map.of(NamespaceRules.ALLOWED_ROLES, text(input));
    for (RoleArn role : List.of(APP, ADMIN)) {
      if (verdict(AllowedRolesFormat.GLOB, /* strict= */ true, annotations, role)
          instanceof Permitted) {
        assertThat(aGlobSaysSo(text(input), role.toString())).as(text(input)).isTrue();
      }
      verdict(AllowedRolesFormat.REGEXP, /* strict= */ true, annotations, role);
    }
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  private static Verdict verdict(
      AllowedRolesFormat format, boolean strict, Map<String, String> annotations, RoleArn role) {
    NamespaceRule rule = new NamespaceRules(ROLES, format, strict).read("default", annotations);
    Verdict verdict = rule.check(role);
    assertThat(rule.check(role)).as("the same answer again").isEqualTo(verdict);
    if (verdict instanceof Forbidden(Reason reason, String message)) {
      assertThat(reason)
          .isIn(
              Reason.ROLE_NOT_PERMITTED,
              Reason.INVALID_NAMESPACE_RULE,
              Reason.NAMESPACE_PERMITS_NOTHING);
      assertThat(message).hasSizeLessThan(1_000).matches("[ -~…]+");
    }
    return verdict;
  }

  /** The same question to the JDK's engine, which is slow and has no bound. */
  private static boolean aGlobSaysSo(String json, String arn) {
    JsonNode entries;
    try {
      entries = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return false;
    }
    for (JsonNode entry : entries) {
      StringBuilder expression = new StringBuilder();
      for (String part : ROLES.expand(entry.textValue()).split("\\*+", -1)) {
        expression.append(expression.isEmpty() ? "" : ".*").append(Pattern.quote(part));
      }
      if (Pattern.compile(expression.toString(), Pattern.DOTALL).matcher(arn).matches()) {
        return true;
      }
    }
    return false;
  }
}
