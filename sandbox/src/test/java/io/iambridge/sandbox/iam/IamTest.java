package io.iambridge.sandbox.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IamTest {

  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
  private static final String SERVER = "arn:aws:iam::111122223333:role/iambridge/server";
  private static final String TARGET = "arn:aws:iam::111122223333:role/target";
  private static final String FOREIGN = "arn:aws:iam::444455556666:role/target";

  private final Iam iam = new Iam(InstantSource.fixed(NOW), new Random(1));
  private final Principal server =
      new Principal.AssumedRole(iam.putRole(SERVER, TrustPolicy.trusting("111122223333")), "s");

  /** Rows: the target's account, what its trust policy names, the caller's permission. */
  @ParameterizedTest
  @CsvSource({
    // The principal itself, same account: the trust policy alone suffices.
    "arn:aws:iam::111122223333:role/target, arn:aws:iam::111122223333:role/iambridge/server, , true",
    "arn:aws:iam::111122223333:role/target, arn:aws:sts::111122223333:assumed-role/server/s, , true",
    "arn:aws:iam::111122223333:role/target, arn:aws:sts::111122223333:assumed-role/server/t, , false",
    "arn:aws:iam::111122223333:role/target, arn:aws:iam::111122223333:role/server, , false",
    "arn:aws:iam::111122223333:role/target, arn:aws:iam::111122223333:role/other, *, false",
    "arn:aws:iam::111122223333:role/target, *, , true",
    // The account: the caller needs a permission of its own.
    "arn:aws:iam::111122223333:role/target, arn:aws:iam::111122223333:root, , false",
    "arn:aws:iam::111122223333:role/target, arn:aws:iam::111122223333:root, arn:aws:iam::*:role/t*, true",
    "arn:aws:iam::111122223333:role/target, 111122223333, arn:aws:iam::111122223333:role/targe?, true",
    "arn:aws:iam::111122223333:role/target, 111122223333, arn:aws:iam::111122223333:role/targ, false",
    "arn:aws:iam::111122223333:role/target, 444455556666, *, false",
    // Across accounts: both sides, always.
    "arn:aws:iam::444455556666:role/target, arn:aws:iam::111122223333:role/iambridge/server, , false",
    "arn:aws:iam::444455556666:role/target, arn:aws:iam::111122223333:role/iambridge/server, *, true",
    "arn:aws:iam::444455556666:role/target, 111122223333, *, true",
  })
  void trustAndPermissionDecide(String role, String trusted, String permitted, boolean may) {
    if (permitted != null) {
      iam.permitAssumeRole(SERVER, permitted);
    }
    Role target = iam.putRole(role, TrustPolicy.trusting(trusted));

    assertThat(iam.mayAssume(server, target, Map.of())).isEqualTo(may);
  }

  @ParameterizedTest
  @CsvSource({
    "StringEquals, wanted, wanted, true",
    "StringEquals, wanted, Wanted, false",
    "StringEquals, wanted, , false",
    "StringLike, want*, wanted, true",
    "StringLike, want?d, wantd, false",
    "StringLike, w.*, wanted, false",
    "StringNotEquals, wanted, other, true",
    "StringNotEquals, wanted, wanted, false",
    "StringNotEquals, wanted, , true",
    "StringNotLike, w*, wanted, false",
  })
  void conditionsHoldAsInIam(String operator, String value, String actual, boolean may) {
    Role target =
        iam.putRole(
            TARGET,
            TrustPolicy.parse(
                """
                {"Version": "2012-10-17", "Statement": [{
                  "Effect": "Allow", "Principal": {"AWS": ["%s"]}, "Action": ["sts:AssumeRole", "sts:TagSession"],
                  "Condition": {"%s": {"STS:ExternalId": ["unlikely", "%s"]}}}]}
                """
                    .formatted(SERVER, operator, value)));

    Map<String, String> context = actual == null ? Map.of() : Map.of("sts:ExternalId", actual);
    assertThat(iam.mayAssume(server, target, context)).isEqualTo(may);
  }

  @Test
  void allConditionsMustHold() {
    Role target =
        iam.putRole(
            TARGET,
            TrustPolicy.parse(
                """
                {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*",
                  "Condition": {"StringEquals": {"sts:ExternalId": "x", "sts:RoleSessionName": "n"}}}}
                """));

    assertThat(
            iam.mayAssume(
                server, target, Map.of("sts:ExternalId", "x", "sts:RoleSessionName", "n")))
        .isTrue();
    assertThat(iam.mayAssume(server, target, Map.of("sts:ExternalId", "x"))).isFalse();
  }

  @Test
  void explicitDenyWinsWhereverItStands() {
    String allow =
        """
        {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
        """;
    String deny =
        """
        {"Effect": "Deny", "Principal": {"AWS": "%s"}, "Action": "sts:assume*"}
        """
            .formatted(SERVER);
    iam.permitAssumeRole(SERVER, "*");
    for (List<String> order : List.of(List.of(allow, deny), List.of(deny, allow))) {
      String policy = "{\"Statement\": [" + String.join(",", order) + "]}";

      assertThat(iam.mayAssume(server, iam.putRole(TARGET, TrustPolicy.parse(policy)), Map.of()))
          .isFalse();
    }
  }

  @Test
  void serviceAndFederatedTrustIsNotForAccessKeys() {
    Role target =
        iam.putRole(
            TARGET,
            TrustPolicy.parse(
                """
                {"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com",
                  "Federated": "arn:aws:iam::111122223333:oidc-provider/x"}, "Action": "sts:*"}]}
                """));
    iam.permitAssumeRole(SERVER, "*");

    assertThat(iam.mayAssume(server, target, Map.of())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"Statement\": []}",
        "{\"Statement\": [{}]} trailing",
        "{\"Statement\": [{\"Effect\": \"allow\", \"Principal\": \"*\", \"Action\": \"*\"}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\"}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\"}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"NotPrincipal\": \"*\", \"Action\": \"*\"}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"me\"}, \"Action\": \"*\"}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Pod\": \"*\"}, \"Action\": \"*\"}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": 1}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"*\","
            + " \"Condition\": {\"ForAllValues:StringLike\": {\"a\": \"b\"}}}]}",
      })
  void unknownOrBrokenPolicyIsRefusedAsAWhole(String policy) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustPolicy.parse(policy))
        .withMessageStartingWith("MalformedPolicyDocument");
  }

  @Test
  void partitionsAreKeptApart() {
    String china = "arn:aws-cn:iam::111122223333:role/target";
    Role role = iam.putRole(china, TrustPolicy.trusting("*"));

    assertThat(iam.role(Arn.parse(TARGET))).isEmpty();
    assertThat(new Principal.AssumedRole(role, "pod").arn())
        .hasToString("arn:aws-cn:sts::111122223333:assumed-role/target/pod");
  }

  @Test
  void replacedRoleKeepsItsId() {
    Role before = iam.putRole(FOREIGN, TrustPolicy.trusting("*"));
    Role after = iam.putRole(FOREIGN, TrustPolicy.trusting("111122223333"), Duration.ofHours(12));

    assertThat(after.roleId()).isEqualTo(before.roleId()).matches("AROA[A-Z2-7]{17}");
    iam.deleteRole(FOREIGN);
    assertThat(iam.role(Arn.parse(FOREIGN))).isEmpty();
  }

  @Test
  void keysLookLikeAwsKeysAndNeverPrintSecrets() {
    AccessKey user = iam.createAccessKey("arn:aws:iam::111122223333:user/ci/server");
    AccessKey session = iam.issue((Principal.AssumedRole) server, NOW.plusSeconds(900));

    assertThat(user.id()).matches("AKIA[A-Z2-7]{16}");
    assertThat(session.id()).matches("ASIA[A-Z2-7]{16}");
    assertThat(user.secret()).hasSize(40);
    assertThat(session.temporary().orElseThrow().sessionToken()).hasSizeGreaterThan(400);
    assertThat(user + " " + session + " " + session.temporary())
        .doesNotContain(user.secret())
        .doesNotContain(session.secret())
        .doesNotContain(session.temporary().orElseThrow().sessionToken());
  }

  @Test
  void expiredKeysAreForgottenAfterHours() {
    List<Instant> clock = new ArrayList<>(List.of(NOW));
    Iam moving = new Iam(clock::getFirst, new Random(1));
    AccessKey old = moving.issue((Principal.AssumedRole) server, NOW.plusSeconds(900));
    clock.set(0, NOW.plus(Duration.ofHours(1)));
    moving.issue((Principal.AssumedRole) server, NOW.plus(Duration.ofHours(2)));
    assertThat(moving.accessKey(old.id())).contains(old);

    clock.set(0, NOW.plus(Duration.ofHours(13)));
    moving.issue((Principal.AssumedRole) server, NOW.plus(Duration.ofHours(14)));

    assertThat(moving.accessKey(old.id())).isEmpty();
    assertThat(moving.accessKeys()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "arn:aws:iam::1:role/x",
        "arn:foo",
        "arn:aws:iam:::role/x",
        "arn:aws:iam::111122223333:",
        "arn:aws:iam::111122223333:role/x y",
        "ARN:aws:iam::111122223333:role/x",
      })
  void brokenArnIsNone(String text) {
    assertThat(Arn.tryParse(text)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> Arn.parse(text));
  }

  @Test
  void aUserIsNoRole() {
    assertThatIllegalArgumentException().isThrownBy(() -> iam.createAccessKey(TARGET));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> iam.putRole("arn:aws:iam::111122223333:user/x", TrustPolicy.trusting("*")));
  }

  /** Rows: what the statement names, what the request has, whether it may. */
  @ParameterizedTest
  @CsvSource({
    "ArnEquals, arn:aws:eks:eu-west-1:111122223333:cluster/a, arn:aws:eks:eu-west-1:111122223333:cluster/a, true",
    "ArnLike, arn:aws:eks:*:111122223333:cluster/*, arn:aws:eks:eu-west-1:111122223333:cluster/a, true",
    "ArnLike, arn:aws:eks:*:cluster/a, arn:aws:eks:eu-west-1:111122223333:cluster/a, false",
    "StringLike, arn:aws:eks:*:cluster/a, arn:aws:eks:eu-west-1:111122223333:cluster/a, true",
    "ArnLike, arn:aws:eks:*:111122223333:cluster/*, , false",
    "ForAnyValue:StringEquals, x, x, true",
    "ForAnyValue:StringEquals, x, , false",
  })
  void servicesAreTrustedUnderConditions(
      String operator, String pattern, String source, boolean may) {
    Role target =
        iam.putRole(
            TARGET,
            TrustPolicy.parse(
                """
                {"Statement": {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
                  "Action": ["sts:AssumeRole", "sts:TagSession"],
                  "Condition": {"%s": {"aws:SourceArn": "%s"}}}}
                """
                    .formatted(operator, pattern)));

    Map<String, String> context = source == null ? Map.of() : Map.of("aws:SourceArn", source);
    assertThat(iam.trusts(target, "pods.eks.amazonaws.com", context)).isEqualTo(may);
    assertThat(iam.trusts(target, "ec2.amazonaws.com", context)).isFalse();
  }

  @Test
  void policiesKeepTheirTextAndHaveAQuota() {
    String policy =
        """
        {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:%s"}}
        """;
    int length = policy.formatted("").replaceAll("\\s", "").length();
    String longest = policy.formatted("x".repeat(2048 - length));
    assertThat(iam.putRole(TARGET, TrustPolicy.parse(longest)).trust().json()).isEqualTo(longest);
    TrustPolicy longer = TrustPolicy.parse(policy.formatted("x".repeat(2048)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> iam.putRole(TARGET, longer))
        .withMessage("Cannot exceed quota for ACLSizePerRole: 2048");
    iam.limitTrustPolicies("111122223333", 4096);
    assertThat(iam.putRole(TARGET, longer).trust()).isEqualTo(longer);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> iam.putRole(FOREIGN, longer))
        .isInstanceOf(PolicyTooLongException.class);
  }

  @Test
  void permissionsAreByActionAndResource() {
    iam.permit(SERVER, "iam:GetRole", "arn:aws:iam::111122223333:role/t*");
    assertThat(iam.isPermitted(server, "IAM:getrole", TARGET)).isTrue();
    assertThat(iam.isPermitted(server, "iam:GetRole", SERVER)).isFalse();
    assertThat(iam.isPermitted(server, "iam:ListRoles", TARGET)).isFalse();
    iam.permit(SERVER, "iam:GetRole");
    assertThat(iam.isPermitted(server, "iam:GetRole", TARGET)).isFalse();
  }

  @Test
  void providersAreOfOneAccount() {
    String issuer = "https://oidc.example.org/id/ONE";
    OidcProvider provider = iam.putOidcProvider("111122223333", issuer, "a", "b");
    assertThat(provider.arn().toString())
        .isEqualTo("arn:aws:iam::111122223333:oidc-provider/oidc.example.org/id/ONE");
    assertThat(iam.oidcProviders().trusted("111122223333", issuer)).contains(provider);
    assertThat(iam.oidcProviders().trusted("111122223333", issuer + "/")).isEmpty();
    assertThat(iam.oidcProviders().trusted("444455556666", issuer)).isEmpty();
    iam.removeOidcProvider("444455556666", issuer);
    assertThat(iam.oidcProviders().of("111122223333")).containsExactly(provider);
    iam.removeOidcProvider("111122223333", issuer);
    assertThat(iam.oidcProviders().find(provider.arn().toString())).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> iam.putOidcProvider("111122223333", "http://x.example.org", "a"));
  }
}
