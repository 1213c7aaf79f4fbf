package io.iambridge.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NamespaceRulesTest {
  private static final String BASE = "arn:aws:iam::123456789012:role/";
  private static final RoleResolver ROLES = new RoleResolver(BASE);

  private static Verdict check(
      AllowedRolesFormat format, boolean strict, Map<String, String> annotations, String role) {
    RoleArn arn = ROLES.resolve(role);
    return new NamespaceRules(ROLES, format, strict).read("team", annotations).check(arn);
  }

  private static Verdict permitted(String expression, String role) {
    return check(
        AllowedRolesFormat.GLOB,
        /* strict= */ true,
        Map.of(NamespaceRules.PERMITTED, expression),
        role);
  }

  private static Verdict allowed(AllowedRolesFormat format, String json, String role) {
    return check(format, /* strict= */ true, Map.of(NamespaceRules.ALLOWED_ROLES, json), role);
  }

  private static void assertForbidden(Verdict verdict, Reason reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Forbidden.class,
            forbidden -> {
              assertThat(forbidden.reason()).isEqualTo(reason);
              assertThat(forbidden.message()).contains("team").doesNotContain("\n");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        ".* app",
        ".*app app",
        ".*role/(app|web) web",
        "arn:aws:iam::123456789012:role/app app",
        "^arn:aws:iam::123456789012:role/app$ app",
        ".*:role/team/.* team/x/app",
        "(?i).*APP app",
        ".*/a|.*/ab ab",
      })
  void permittedMatchesTheWholeArn(String expression, String role) {
    assertThat(permitted(expression, role)).isEqualTo(new Verdict.Permitted());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "app app",
        "role/app app",
        ".*app app-admin",
        "^app$ app",
        ".*/app$ app-admin",
        "(?m).*^x x",
      })
  void permittedDoesNotMatchAPart(String expression, String role) {
    assertForbidden(permitted(expression, role), Reason.ROLE_NOT_PERMITTED);
  }

  /**
   * kiam compiles "^" + value + "$": the first alternative loses its end, the last one its
   * beginning.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "arn:aws:iam::123456789012:role/team-a|team-b admin-team-b",
        "arn:aws:iam::123456789012:role/team-a|x team-a-ADMIN",
        "x|y|.*team-a team-a-ADMIN",
      })
  void alternationDoesNotEscapeTheAnchors(String expression, String role) {
    assertForbidden(permitted(expression, role), Reason.ROLE_NOT_PERMITTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a)|(b", "x)|(?:.*", "(", "[", "*", "a**", "(?<x>", "\\", "a{2,1}", "(?=a)"})
  void anExpressionThatIsNotLegalByItselfPermitsNothing(String expression) {
    assertForbidden(permitted(expression, "app"), Reason.INVALID_NAMESPACE_RULE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((x{1000}){1000}){1000}",
        "(((((((((x{9}){9}){9}){9}){9}){9}){9}){9}){9})",
        "[x]{1000}{1000}",
        "(.?.?.?.?){999}",
        "(?:x{100}){1,1000}",
        "\\Q(\\E(x{1000}\\Q)\\E){1000}",
      })
  void anExpressionThatWouldTakeAllMemoryPermitsNothing(String expression) {
    assertForbidden(permitted(expression, "app"), Reason.INVALID_NAMESPACE_RULE);
  }

  @Test
  void anExpressionThatIsTooLongOrTooDeepPermitsNothing() {
    assertForbidden(permitted(".*|".repeat(7_000), "app"), Reason.INVALID_NAMESPACE_RULE);
    assertForbidden(
        permitted("(".repeat(9_990) + ".*" + ")".repeat(9_990), "app"),
        Reason.INVALID_NAMESPACE_RULE);
  }

  @Test
  void anExpressionThatHangsABacktrackingEngineIsAnswered() {
    assertForbidden(permitted("(.*)*(.*)*(.*)*!", "a".repeat(64)), Reason.ROLE_NOT_PERMITTED);
  }

  @Test
  void missingAndEmptyAnnotationsPermitNothing() {
    assertForbidden(
        check(AllowedRolesFormat.GLOB, /* strict= */ true, Map.of(), "app"),
        Reason.NAMESPACE_PERMITS_NOTHING);
    assertForbidden(permitted("", "app"), Reason.NAMESPACE_PERMITS_NOTHING);
    assertForbidden(allowed(AllowedRolesFormat.GLOB, "", "app"), Reason.NAMESPACE_PERMITS_NOTHING);
  }

  @Test
  void withStrictOffAPartIsEnoughAsInKiamsVersion3() {
    Map<String, String> annotations = Map.of(NamespaceRules.PERMITTED, "role/app");
    assertThat(check(AllowedRolesFormat.GLOB, /* strict= */ false, annotations, "app-admin"))
        .isEqualTo(new Verdict.Permitted());
    assertForbidden(
        check(AllowedRolesFormat.GLOB, /* strict= */ false, annotations, "web"),
        Reason.ROLE_NOT_PERMITTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "[\"app\"] app",
        "[\"/app\"] app",
        "[\"x\",\"team-*\"] team-a",
        "[\"*\"] team/app",
        "[\"team/*/app\"] team/x/y/app",
        "[\"arn:aws:iam::123456789012:role/app\"] app",
        "[\"arn:aws:iam::*:role/app\"] app",
        "[\"a.c\"] a.c",
      })
  void allowedRolesMatchAsGlobsBehindTheBase(String json, String role) {
    assertThat(allowed(AllowedRolesFormat.GLOB, json, role)).isEqualTo(new Verdict.Permitted());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "[] app",
        "[\"app\"] app-admin",
        "[\"a.c\"] abc",
        "[\"\"] app",
        "[\"(app|web)\"] web"
      })
  void aGlobIsNothingButStars(String json, String role) {
    assertForbidden(allowed(AllowedRolesFormat.GLOB, json, role), Reason.ROLE_NOT_PERMITTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "[\"svc\"] svc",
        "[\"svc-(a|b)\"] svc-b",
        "[\"^arn:aws:iam::123456789012:role/svc$\"] svc",
        "[\"^svc$\"] svc",
      })
  void allowedRolesMatchAsExpressionsBehindTheBase(String json, String role) {
    assertThat(allowed(AllowedRolesFormat.REGEXP, json, role)).isEqualTo(new Verdict.Permitted());
  }

  /** kube2iam matches anywhere: svc admits svc-admin there. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {"[\"svc\"] svc-admin", "[\"a|svc\"] xsvc", "[\"a|svc\"] a-x"})
  void allowedRolesAsExpressionsAreAnchored(String json, String role) {
    assertForbidden(allowed(AllowedRolesFormat.REGEXP, json, role), Reason.ROLE_NOT_PERMITTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[null]",
        "1",
        "app",
        "[app]",
        "{\"a\":1}",
        "[\"app\"",
        "[\"app\"] x",
        "[[\"app\"]]",
        "[{}]",
        "\"app\""
      })
  void allowedRolesThatAreNoListOfTextsPermitNothing(String json) {
    assertForbidden(allowed(AllowedRolesFormat.GLOB, json, "app"), Reason.INVALID_NAMESPACE_RULE);
  }

  @Test
  void oneIllegalEntryMakesTheWholeListPermitNothing() {
    assertForbidden(
        allowed(AllowedRolesFormat.REGEXP, "[\"app\", \"a)|(b\"]", "app"),
        Reason.INVALID_NAMESPACE_RULE);
  }

  @Test
  void permittedGoesBeforeAllowedRoles() {
    Map<String, String> both =
        Map.of(NamespaceRules.PERMITTED, ".*/web", NamespaceRules.ALLOWED_ROLES, "[\"app\"]");
    assertForbidden(
        check(AllowedRolesFormat.GLOB, /* strict= */ true, both, "app"), Reason.ROLE_NOT_PERMITTED);
  }

  /** kube2iam's list must not be a way around the bound of a single expression. */
  @Test
  void allEntriesOfANamespaceShareOneBudget() {
    String large = "\"(.........){900}\"";
    assertForbidden(
        allowed(AllowedRolesFormat.REGEXP, "[" + large + "," + large + "]", "app"),
        Reason.INVALID_NAMESPACE_RULE);
    assertForbidden(
        allowed(AllowedRolesFormat.GLOB, "[" + "\"*\",".repeat(1_000) + "\"*\"]", "app"),
        Reason.INVALID_NAMESPACE_RULE);
  }

  @Test
  void aLongListOfFullArnsIsNoProblem() {
    StringBuilder expression = new StringBuilder();
    for (int i = 0; i < 80; i++) {
      expression.append(BASE).append("role-").append(i).append('|');
    }
    assertThat(permitted(expression + BASE + "app", "app")).isEqualTo(new Verdict.Permitted());
  }

  /** Legal, within the bound, and too deep for RE2/J's recursion on a small stack. */
  @Test
  void anExpressionThatOverflowsTheStackPermitsNothing() throws InterruptedException {
    List<Verdict> verdicts = new ArrayList<>();
    Thread small =
        new Thread(
            null,
            () -> verdicts.add(permitted(".?".repeat(9_000) + "x", "app")),
            "small",
            160 * 1024);
    small.start();
    small.join();
    assertThat(verdicts).singleElement().isInstanceOf(Verdict.Forbidden.class);
  }
}
